import type { Clock } from '../../base/clock.ts'
import { problemOf } from '../../core/explain.ts'
import { isMove } from '../../core/transition.ts'
import type { Finding } from '../../routes/finding.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeKey, routeTitle } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import { unreportedWindowMs } from '../platform.ts'
import type { Cause } from '../queue.ts'
import type { ReconcileOutcome } from '../write/reconcile.ts'
import type { LateWrite } from '../write/unanswered-writes.ts'
import { Approvals, type ApprovalsOptions } from './approvals.ts'
import { failoverWaits } from './failover-waits.ts'
import { Flaps } from './flaps.ts'
import { logHedged } from './hedged.ts'
import type { Metrics } from './metrics.ts'
import { returnWaits } from './return-waits.ts'
import { about, fieldsOf, markedWith, recoveredEvent, transitionEvent } from './texts.ts'
import { TimedWaits } from './timed-waits.ts'
import { appendFinding, appendTimeline, hasNews, type Recorded, updateView } from './timeline.ts'

export interface ReporterOptions extends ApprovalsOptions {
  readonly clock: Clock
  readonly metrics: Metrics
}

/** After so many refusals in a row an Event tells the route's owner: a race does not last that long. */
const refusalsUntilEvent = 5

/**
 * Tells people what happened, after it happened: one log line, one Event and one count for a transition; a
 * problem of a route once, until it changes. On a standby it only watches, and speaks when the lead is its
 * own.
 */
export class Reporter {
  readonly #options: ReporterOptions
  /** Routes of which there was something to report while another replica led, and when that was. */
  readonly #unreported: Map<RouteKey, number>
  readonly #flaps: Flaps
  readonly #timedWaits: readonly TimedWaits[]
  readonly #approvals: Approvals
  /** Of routes whose weights another client keeps undoing. */
  readonly #fights = new Map<RouteKey, Finding>()

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#unreported = options.memory.part()
    this.#flaps = new Flaps(options.clock, options.memory)
    this.#timedWaits = [returnWaits, failoverWaits].map((kind) => new TimedWaits(options, kind))
    this.#approvals = new Approvals(options)
  }

  /** Takes the outcome of one reconcile; `cause` is what made the key due. */
  report(key: RouteKey, outcome: ReconcileOutcome, cause: Cause): void {
    this.#options.metrics.reconciles.inc()
    const { view, clock, leads, log } = this.#options
    const isUnreported = this.#unreported.delete(key)
    if (outcome.kind === 'gone') {
      view.remove(key)
      this.#fights.delete(key)
      return
    }
    const before = isUnreported ? undefined : view.get(key)
    updateView(view, key, outcome, clock)
    for (const waits of this.#timedWaits) waits.see(key, outcome)
    this.#approvals.see(key, outcome, outcome.kind)
    if (outcome.kind === 'hedged') {
      logHedged(log, outcome)
      return
    }
    if (!leads() && !('after' in outcome)) {
      if (hasNews(outcome, before)) this.#unreported.set(key, clock.now())
      return
    }
    const reactionMs = clock.now() - cause.at
    const recorded = appendTimeline(view, outcome, before, reactionMs)
    this.#problem(before, outcome, recorded)
    if (outcome.kind === 'failed') this.#failed(before, outcome)
    if (outcome.kind === 'written') this.#written(outcome.route, reactionMs, cause)
    for (const one of recorded) this.#happened(outcome.route, one)
  }

  /**
   * Reports a write that was found done: it was not answered, or a standby made it. What moved is reported now; what else was
   * found with it was reported when it was tried, and may not be so any more.
   */
  wroteLate(key: RouteKey, { route, verdicts, after, cause }: LateWrite): void {
    const { view, clock } = this.#options
    const record = view.get(key)
    if (record) view.put(key, { ...record, route: after, refusal: undefined })
    const moved = verdicts.filter(({ plan }) => plan.length > 0)
    const outcome: ReconcileOutcome = { kind: 'written', route, verdicts: moved, after }
    const recorded = appendTimeline(view, outcome, record, clock.now() - cause.at)
    for (const one of recorded) this.#happened(route, one)
  }

  /**
   * From now on this replica reports. What it saw while another led, that one has reported, up to shortly
   * before `lastLed`, when it was last known to lead (on the clock); the rest is reported at the next look.
   */
  lead(lastLed: number): void {
    for (const [key, at] of this.#unreported)
      if (at < lastLed - unreportedWindowMs) this.#unreported.delete(key)
    for (const waits of this.#timedWaits) waits.lead(lastLed)
    this.#approvals.lead(lastLed)
  }

  #problem(
    before: RouteRecord | undefined,
    { route, verdicts }: Judged,
    recorded: readonly Recorded[],
  ): void {
    const problem = problemOf(verdicts.map(({ decision }) => decision))
    if (problem === problemOf(before?.decisions ?? [])) return
    const { log, metrics, event } = this.#options
    if (problem === undefined) {
      log.info({ route: routeTitle(route) }, `${routeTitle(route)} is configured correctly again`)
      return
    }
    metrics.misconfigurations.inc({ kind: route.kind })
    const id = recorded.find(({ entry }) => entry.state === 'misconfigured')?.entry.id
    log.warn(
      { id, route: routeTitle(route), problem },
      `${routeTitle(route)} is misconfigured, so its weights stay as they are: ${problem}`,
    )
    const what = { type: 'Warning', reason: 'Misconfigured', action: 'Hold' } as const
    event({ ...about(route), ...what, note: problem, ...markedWith(id) })
  }

  /** Another client keeps undoing what is written to a route. */
  fought(route: Route): void {
    if (!this.#options.leads()) return
    const who = route.writer === undefined ? 'another client' : `"${route.writer}"`
    const note = `${who} keeps undoing the weights, so the operator writes them less often; make it ignore the weights, see docs/using/gitops.md`
    const finding: Finding = { reason: 'Fought', message: note }
    this.#fights.set(routeKey(route), finding)
    this.#reportFinding(route, finding, 'SlowDown')
  }

  /** The fight is over: other weights are wanted, or these have not been undone for a while. */
  unfought(route: Route): void {
    const { log, event, leads } = this.#options
    if (!leads()) return
    this.#fights.delete(routeKey(route))
    const note = 'no other client undoes the weights any more; the operator writes them at once again'
    log.info({ route: routeTitle(route) }, `${routeTitle(route)}: ${note}`)
    event({ ...about(route), type: 'Normal', reason: 'FightOver', action: 'SpeedUp', note })
  }

  /** The fight over the weights of a route, as a finding; nothing if there is none. */
  fightOf(key: RouteKey): readonly Finding[] {
    return [this.#fights.get(key)].filter((finding) => finding !== undefined)
  }

  /** Another replica leads: what is written is no fight with this one. Answers with the routes that had one. */
  rest(): RouteKey[] {
    const keys = [...this.#fights.keys()]
    this.#fights.clear()
    return keys
  }

  /**
   * Reports what is wrong with a route, or around it; once for each thing. False if that is for the leader to
   * report.
   */
  found(route: Route, finding: Finding): boolean {
    if (!this.#options.leads()) return false
    this.#reportFinding(route, finding, 'Diagnose')
    return true
  }

  #reportFinding(route: Route, { reason, message }: Finding, action: string): void {
    const { log, event, view, onEntry } = this.#options
    const entry = appendFinding(view, route, { reason, message })
    log.warn({ id: entry.id, route: routeTitle(route), reason }, `${routeTitle(route)}: ${message}`)
    const what = { type: 'Warning', reason, action } as const
    event({ ...about(route), ...what, note: message, ...markedWith(entry.id) })
    onEntry?.(entry)
  }

  /**
   * Something is not wrong with a route any more. Only of a long hold its owner waits to hear that; of the rest
   * the owner knows, who changed the object.
   */
  foundOver(route: Route, { reason }: Finding): void {
    const { log, event, leads } = this.#options
    if (reason !== 'HeldByUnknown' || !leads()) return
    const note = 'the weights are not held any more because something is unknown'
    log.info({ route: routeTitle(route) }, `${routeTitle(route)}: ${note}`)
    event({ ...about(route), type: 'Normal', reason: 'HoldOver', action: 'Diagnose', note })
  }

  #failed(before: RouteRecord | undefined, { route, error }: ReconcileOutcome & { kind: 'failed' }): void {
    const { log, metrics, event } = this.#options
    metrics.patches.inc({ kind: route.kind, outcome: error.kind })
    const attempt = (before?.refusal?.count ?? 0) + 1
    const isNews = before?.refusal?.message !== error.message
    const sentence = `could not write the weights of ${routeTitle(route)}, will retry: ${error.message}`
    if (isNews) log.warn({ route: routeTitle(route), error: error.kind }, sentence)
    else log.debug({ route: routeTitle(route), error: error.kind, attempt }, sentence)
    if (attempt !== refusalsUntilEvent) return
    event({ ...about(route), type: 'Warning', reason: 'WriteRefused', action: 'Retry', note: sentence })
  }

  #written(route: Route, reactionMs: number, cause: Cause): void {
    const { clock, metrics } = this.#options
    metrics.patches.inc({ kind: route.kind, outcome: 'written' })
    metrics.reaction.observe(reactionMs / 1000)
    if (cause.changedAt !== undefined) {
      metrics.reactionFromTrigger.observe(Math.max(0, clock.wallTime().getTime() - cause.changedAt) / 1000)
    }
  }

  #happened(route: Route, { entry, reason, hasRecovered }: Recorded): void {
    const { what, splits } = entry
    const { log, metrics, event, onEntry } = this.#options
    onEntry?.(entry)
    if (what === 'hold') this.#held(route, entry, reason)
    else log.info(fieldsOf(route, entry), `${routeTitle(route)} ${entry.sentence}`)
    if (hasRecovered) event(recoveredEvent(route, reason, entry.id))
    if (!isMove(what)) return
    metrics.transitions.inc({ kind: route.kind, direction: what }, splits.length)
    metrics.flaps.inc({ kind: route.kind }, this.#flaps.see(routeKey(route), entry) ? 1 : 0)
    event(transitionEvent(route, what, reason, entry))
  }

  /** Misconfigured routes are reported by `#problem`. */
  #held(route: Route, entry: TimelineEntry, reason: string): void {
    if (entry.state === 'misconfigured') return
    const { log, event } = this.#options
    const isDark = entry.state === 'dark'
    const write = isDark ? log.warn : log.info
    write.call(log, fieldsOf(route, entry), `${routeTitle(route)} ${entry.sentence}`)
    if (!isDark) return
    const what = { type: 'Warning', reason: 'NothingReady', action: 'Hold' } as const
    const note = `${route.kind.toLowerCase()}/${route.name} has no ready backend: ${reason}`
    event({ ...about(route), ...what, note, ...markedWith(entry.id) })
  }
}
