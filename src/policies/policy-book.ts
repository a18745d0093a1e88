import type { Clock } from '../base/clock.ts'
import type { PolicySections } from '../core/policy/sections.ts'
import type { FailoverPolicy } from './failover-policy.ts'
import { NextTurn } from './next-turn.ts'
import { isTargeted, PolicyIndex, type PolicyPlace } from './policy-index.ts'

export interface PolicyBookOptions {
  readonly clock: Clock
  /** Policies of the Mesh are followed in this namespace only. */
  readonly rootNamespace: string
  /** Called when other policies apply than before; `concerns` says whether to a route. */
  readonly onChange: (concerns: (place: PolicyPlace) => boolean) => void
}

/**
 * So long (ms) a policy that was changed or deleted applies as it was, so that one who creates it again moves
 * nothing.
 */
const settleMs = 10_000

/**
 * All FailoverPolicies, and which of them apply. A new one does at once; what was changed or deleted still
 * applies for a while as it was.
 */
export class PolicyBook {
  readonly #options: PolicyBookOptions
  readonly #turn: NextTurn
  /** As they are in the cluster. */
  readonly #known = new Map<string, FailoverPolicy>()
  /** As they apply. */
  readonly #inForce = new Map<string, FailoverPolicy>()
  /** When what is known applies (ms on the clock), if it does not yet. */
  readonly #settling = new Map<string, number>()
  #index: PolicyIndex
  #isSure = true

  constructor(options: PolicyBookOptions) {
    this.#options = options
    this.#turn = new NextTurn(options.clock, () => this.#look())
    this.#index = new PolicyIndex([], options.rootNamespace)
  }

  /** Takes each state of a policy (`namespace/name`) that becomes known; `undefined` when it is gone. */
  see(key: string, after: FailoverPolicy | undefined): void {
    const before = this.#inForce.get(key)
    const last = this.#known.get(key)
    if (after) this.#known.set(key, after)
    else this.#known.delete(key)
    // That a status was written must not cost a look at all policies.
    const isNews = before?.uid !== after?.uid || this.#settling.has(key)
    if (!before?.spec) this.#apply(key, after)
    else if (after && isSameAs(before, after)) {
      this.#apply(key, { ...after, spec: before.spec })
      if (!isNews) return
    }
    // That its status was written is no news.
    else if (!(this.#settling.has(key) && after && last && isSameAs(last, after)))
      this.#settling.set(key, this.#options.clock.now() + settleMs)
    this.#turn.makeDue()
  }

  /**
   * False while it is not certain that a policy that is not there was deleted on purpose: the server cannot
   * be read, or does not serve the kind. All apply as they are meanwhile. Once it is certain, the time begins
   * again.
   */
  setSure(isSure: boolean): void {
    if (this.#isSure === isSure) return
    this.#isSure = isSure
    const at = this.#options.clock.now() + settleMs
    if (isSure) for (const key of this.#settling.keys()) this.#settling.set(key, at)
    this.#turn.makeDue()
  }

  /** Every policy of the cluster. */
  all(): Iterable<FailoverPolicy> {
    return this.#known.values()
  }

  /** A policy of the cluster by `namespace/name`. */
  get(key: string): FailoverPolicy | undefined {
    return this.#known.get(key)
  }

  /** Policies that apply although they are not in the cluster any more. */
  kept(): readonly FailoverPolicy[] {
    return [...this.#inForce].flatMap(([key, policy]) => (this.#known.has(key) ? [] : [policy]))
  }

  /** Whether a policy (`namespace/name`) still applies as it was before its last change. */
  isSettling(key: string): boolean {
    const [known, inForce] = [this.#known.get(key), this.#inForce.get(key)]
    return this.#settling.has(key) && known !== undefined && specText(known) !== specText(inForce)
  }

  /** The policies that apply. */
  get index(): PolicyIndex {
    this.#turn.lookIfDue()
    return this.#index
  }

  /** What policies ask for of a route; `undefined` if none is for it. */
  of(place: PolicyPlace): PolicySections | undefined {
    return this.index.of(place)
  }

  /** Wakes up no more, whatever it hears. */
  stop(): void {
    this.#turn.stop()
  }

  #apply(key: string, policy: FailoverPolicy | undefined): void {
    this.#settling.delete(key)
    if (policy) this.#inForce.set(key, policy)
    else this.#inForce.delete(key)
  }

  #look(): void {
    const { clock, rootNamespace, onChange } = this.#options
    if (this.#isSure)
      for (const [key, at] of [...this.#settling])
        if (at <= clock.now()) this.#apply(key, this.#known.get(key))
    this.#turn.lookAfter(this.#untilSettled())
    const before = this.#index
    this.#index = new PolicyIndex(this.#inForce.values(), rootNamespace)
    const changed = this.#index.differences(before)
    if (changed.size > 0) onChange((place) => isTargeted(changed, place))
  }

  /** How long (ms) until what is known of the first policy applies; `undefined` if nothing is awaited. */
  #untilSettled(): number | undefined {
    if (!this.#isSure || this.#settling.size === 0) return undefined
    return Math.max(0, Math.min(...this.#settling.values()) - this.#options.clock.now())
  }
}

const specText = (policy: FailoverPolicy | undefined): string => JSON.stringify(policy?.spec ?? null)

/** Asks for the same, and is as old: the age decides between two of one level. */
const isSameAs = (a: FailoverPolicy, b: FailoverPolicy): boolean =>
  a.createdAt === b.createdAt && specText(a) === specText(b)
