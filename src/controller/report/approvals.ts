import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Verdict } from '../../core/judge.ts'
import { timeText } from '../../core/pause.ts'
import { unapprovedOf } from '../../core/policy/approval.ts'
import { isHeldBack } from '../../core/policy/limits.ts'
import type { ApprovalWait } from '../../core/policy/types.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeTitle } from '../../routes/key.ts'
import { returnCommand } from '../../routes/return-command.ts'
import type { Route } from '../../routes/route.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import type { ReconcileOutcome } from '../write/reconcile.ts'
import { BegunWaits, type BegunWaitsOptions, nameOfWait } from './begun-waits.ts'
import { about, markedWith, partText } from './texts.ts'
import { appendAwaiting } from './timeline.ts'

export interface ApprovalsOptions extends BegunWaitsOptions {
  readonly clock: Pick<Clock, 'now' | 'wallTime'>
  readonly log: Log
  readonly view: View
  readonly event: (input: EventInput) => void
  /** Takes each line of the timeline that was reported. */
  readonly onEntry?: ((entry: TimelineEntry) => void) | undefined
  /** Whether the status of its policy says that a part of a route (`where`) awaits approval: that was reported then. */
  readonly isAwaiting?: (key: RouteKey, where: string | undefined) => boolean
}

/** Reports that a return awaits approval, once for each time, and that one is carried out because it was approved. */
export class Approvals {
  readonly #options: ApprovalsOptions
  readonly #begun: BegunWaits<ApprovalWait>

  constructor(options: ApprovalsOptions) {
    this.#options = options
    this.#begun = new BegunWaits(options)
  }

  /** Must be called with each look at a route, and with how it ended. */
  see(key: RouteKey, { route, verdicts }: Judged, kind: ReconcileOutcome['kind']): void {
    const before = this.#begun.of(key)
    const { leads, isAwaiting } = this.#options
    if (before && leads() && kind === 'written')
      for (const verdict of verdicts) this.#reportApproved(route, verdict, before)
    const waiting = verdicts.flatMap((verdict) => {
      const { split, wait } = verdict
      const name = wait?.what === 'approval' ? nameOfWait(split, wait.backend) : undefined
      return wait?.what === 'approval' && name !== undefined ? [{ verdict, wait, name }] : []
    })
    if (waiting.length === 0 && isStillDue(verdicts, kind)) return
    const news = this.#begun.see(key, new Map(waiting.map(({ name, wait }) => [name, wait])))
    for (const { verdict, wait, name } of waiting)
      if (news.includes(name) && !isAwaiting?.(key, verdict.split.where))
        this.#reportAwaiting(route, verdict, wait)
  }

  /** What the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    this.#begun.lead(lastLed)
  }

  #reportAwaiting(route: Route, verdict: Verdict, { backend: index }: ApprovalWait): void {
    const { backends, where } = verdict.split
    const service = backends[index]?.service
    if (service === undefined) return
    const { log, event, view, onEntry } = this.#options
    const note = `${service} could serve again, and its return awaits approval: run ${returnCommand(route)}${partText(where)}`
    const entry = appendAwaiting(view, route, verdict, note)
    log.warn({ id: entry.id, route: routeTitle(route), service }, `${routeTitle(route)}: ${note}`)
    const what = { type: 'Warning', reason: 'ReturnWaits', action: 'AwaitApproval' } as const
    event({ ...about(route), ...what, note, ...markedWith(entry.id) })
    onEntry?.(entry)
  }

  /** A return that was needed was not approved. */
  #reportApproved(route: Route, verdict: Verdict, waits: ReadonlyMap<string, ApprovalWait>): void {
    const { log, event, clock } = this.#options
    const { split, plan, decision } = verdict
    const wait = [...waits].find(([name, one]) => name === nameOfWait(split, one.backend))?.[1]
    const approvedAt = split.policy?.approvedAt
    if (!wait || !split.policy || approvedAt === undefined || plan.length === 0) return
    const today = clock.wallTime().getTime()
    const isApproved = unapprovedOf(split.policy, { tier: 1, lostAt: wait.lostAt }, today) === undefined
    const isBack = decision.kind !== 'hold' && decision.active.includes(wait.backend)
    const service = split.backends[wait.backend]?.service
    if (!isApproved || !isBack || service === undefined) return
    const note = `${service} gets its traffic back: what was lost before ${timeText(approvedAt)} may return`
    log.info({ route: routeTitle(route), service }, `${routeTitle(route)}: ${note}`)
    event({ ...about(route), type: 'Normal', reason: 'ReturnApproved', action: 'Return', note })
  }
}

/** What was approved is not carried out yet: its write failed, is another replica's, or is held up. */
const isStillDue = (verdicts: readonly Verdict[], kind: ReconcileOutcome['kind']): boolean =>
  kind !== 'written' && kind !== 'hedged' && verdicts.some((one) => one.plan.length > 0 || isHeldBack(one))
