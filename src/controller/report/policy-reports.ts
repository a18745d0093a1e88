import { wouldText } from '../../core/policy/shadow.ts'
import { type FailoverPolicy, policyNames } from '../../policies/failover-policy.ts'
import { objectKey } from '../../policies/object.ts'
import { isDryRun, problemOf } from '../../policies/policy-index.ts'
import { isAccepted, type PolicyOutcome, policyStatusDue } from '../../policies/policy-status.ts'
import type { PolicyStatus } from '../../policies/policy-status-schema.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'
import { type PolicyWatch, routeKeyOfTarget } from '../watch/policy-watch.ts'
import { PolicyLedger, type PolicyLedgerOptions } from './policy-ledger.ts'
import { StatusLane, type StatusLaneOptions } from './status-lane.ts'

export interface PolicyReportsOptions
  extends Pick<
      StatusLaneOptions<FailoverPolicy, PolicyStatus>,
      'clock' | 'log' | 'transport' | 'leads' | 'busy'
    >,
    Pick<PolicyLedgerOptions, 'lost'> {
  readonly memory: RouteMemory
  readonly policies: PolicyWatch
  /** The limits hold a mass event. */
  readonly isMassEvent: () => boolean
}

/** What is reported of FailoverPolicies: their status. */
export class PolicyReports {
  readonly #policies: PolicyWatch
  readonly #isMassEvent: () => boolean
  readonly #ledger: PolicyLedger
  /** Of policies that are a DryRun: how the routes would be. */
  readonly #would: PolicyLedger
  readonly #lane: StatusLane<FailoverPolicy, PolicyStatus>

  constructor({ memory, policies, isMassEvent, ...options }: PolicyReportsOptions) {
    this.#policies = policies
    this.#isMassEvent = isMassEvent
    const parts = { ...options, memory, onChange: (policy: string) => this.#lane.touch([policy]) }
    this.#ledger = new PolicyLedger({
      ...parts,
      sharesOf: (route) => policies.shares(route),
      whyOf: ({ sentence }) => sentence,
    })
    this.#would = new PolicyLedger({
      ...parts,
      sharesOf: (route) => policies.dryRuns(route),
      // The status is what a real loss is known from after a restart.
      lost: () => undefined,
      whyOf: (verdict) => `DryRun: ${wouldText(verdict)}`,
    })
    this.#lane = new StatusLane({
      ...options,
      kind: 'FailoverPolicy',
      names: policyNames,
      object: (key) => policies.book.get(key),
      due: (policy, now) => policyStatusDue(policy, this.#outcomeOf(policy), now),
    })
    policies.kind.onChange((keys) => this.#lane.touch(keys))
  }

  /** Must be called with each look at a route, and with the route as it is after it. */
  see(key: RouteKey, judged: Judged, after: Route): void {
    this.#ledger.see(key, judged, after)
  }

  /** The same with the route as it would be if no policy were a DryRun. */
  seeWould(key: RouteKey, would: Judged, after: Route): void {
    this.#would.see(key, would, after)
  }

  /** This replica leads: whatever changed while another did may not be written yet. */
  lead(): void {
    this.#lane.touch([...this.#policies.book.all()].map(objectKey))
  }

  /** Each policy of the cluster: whether it applies to at least one target. */
  *accepted(): Iterable<boolean> {
    const { book, kind } = this.#policies
    for (const policy of book.all())
      yield isAccepted({
        problem: problemOf(policy, kind.rootNamespace),
        targets: this.#policies.targets(policy),
      })
  }

  stop(): Promise<void> {
    return this.#lane.stop()
  }

  #massEventOf({ spec, uid }: FailoverPolicy): boolean | undefined {
    if (spec?.limits?.stopAtPercent === undefined) return undefined
    return this.#policies.book.index.ofMesh?.uid === uid && this.#isMassEvent()
  }

  #outcomeOf(policy: FailoverPolicy): PolicyOutcome {
    const { book, kind } = this.#policies
    const key = objectKey(policy)
    const ledger = isDryRun(policy) ? this.#would : this.#ledger
    const targets = this.#policies.targets(policy).map((one) => {
      const route = one.target.level === 'route' ? routeKeyOfTarget(one.target) : undefined
      const isOwn = route !== undefined && one.loses === undefined
      return { ...one, splits: isOwn ? ledger.splits(route) : undefined }
    })
    return {
      problem: problemOf(policy, kind.rootNamespace),
      targets,
      isSettling: book.isSettling(key),
      isDryRun: isDryRun(policy),
      isMassEvent: this.#massEventOf(policy),
      ...ledger.of(key),
    }
  }
}
