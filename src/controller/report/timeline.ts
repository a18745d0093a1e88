import type { Clock } from '../../base/clock.ts'
import type { Decision } from '../../core/decide.ts'
import { problemOf } from '../../core/explain.ts'
import type { Verdict } from '../../core/judge.ts'
import { applyPlan } from '../../core/plan.ts'
import type { Wait } from '../../core/policy/types.ts'
import { unknownBecause } from '../../core/readiness.ts'
import { directionOf, isMove } from '../../core/transition.ts'
import type { Finding } from '../../routes/finding.ts'
import { type RouteKey, routeKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { beganBefore, sinceOf } from '../../routes/since.ts'
import type { LastLook, Refusal, RouteRecord } from '../../view/route-record.ts'
import type { EntryKind, RouteRef, SplitMove, TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import type { ReconcileOutcome } from '../write/reconcile.ts'

type Looked = Exclude<ReconcileOutcome, { kind: 'gone' }>

/** A line of the timeline, with the part of its sentence that says why. */
export interface Recorded {
  readonly entry: TimelineEntry
  readonly reason: string
  /** The route was dark, and is not any more. */
  readonly hasRecovered: boolean
}

/** Updates the view with what a look at a route found. */
export function updateView(view: View, key: RouteKey, outcome: Looked, clock: Clock): void {
  const movedSince = 'after' in outcome ? clock.wallTime().getTime() : sinceOf(outcome, [])
  const isFirst = view.get(key) === undefined
  const isRefused = outcome.kind === 'failed' && outcome.error.kind !== 'notLeader'
  view.put(key, {
    route: 'after' in outcome ? outcome.after : outcome.route,
    decisions: outcome.verdicts.map(({ decision }) => decision),
    waits: waitsOf(outcome, clock),
    movedSince,
    ...(isFirst && movedSince === undefined ? { beganBefore: beganBefore(outcome, []) } : {}),
    refusal: isRefused ? refused(view.get(key)?.refusal, outcome.error.message) : undefined,
  })
}

/** What each split waits for, until which time of day; `undefined` if none does. */
function waitsOf({ verdicts }: Looked, clock: Clock): LastLook['waits'] {
  if (verdicts.every(({ wait }) => wait === undefined)) return undefined
  const [now, today] = [clock.now(), clock.wallTime().getTime()]
  const untilOf = ({ at }: Wait) => (at === undefined ? undefined : new Date(today + at - now))
  return verdicts.map(({ wait }) => {
    if (!wait) return undefined
    const { what, backend } = wait
    const lostAt = wait.what === 'approval' ? new Date(wait.lostAt) : undefined
    return { what, backend, until: untilOf(wait), ...(lostAt && { lostAt }) }
  })
}

/** True if a look found something to report, compared to the route `before`. */
export function hasNews(outcome: Looked, before: RouteRecord | undefined): boolean {
  const problem = problemOf(outcome.verdicts.map(({ decision }) => decision))
  return problem !== problemOf(before?.decisions ?? []) || groupsOf(outcome, before?.decisions).length > 0
}

/**
 * Appends what happened to a route to the timeline, compared to the route `before`. `reactionMs` is how long
 * its write took, from the cause on.
 */
export function appendTimeline(
  view: View,
  outcome: Looked,
  before: RouteRecord | undefined,
  reactionMs: number,
): Recorded[] {
  const route = refOf(outcome.route)
  return groupsOf(outcome, before?.decisions).map(({ what, first, all, hasRecovered }) => {
    const { primary } = first.split
    const where = placesOf(all)
    const entry = view.append({
      what,
      route,
      rule: first.decision.rule,
      state: first.decision.state,
      sentence: `${hasRecovered ? 'recovered: ' : ''}${first.sentence}${where}`,
      splits: all.map(moveOf),
      cluster: primary === undefined ? undefined : view.clusterOf(primary),
      reactionMs: isMove(what) ? reactionMs : undefined,
    })
    return { entry, reason: `${first.reason}${where}`, hasRecovered }
  })
}

/** Names a route in the timeline. */
export const refOf = ({ apiVersion, kind, namespace, name }: Route): RouteRef => ({
  apiVersion,
  kind,
  namespace,
  name,
})

/** Appends something that was found wrong around a route; before the first look at it ends its state is not known. */
export function appendFinding(view: View, route: Route, { reason, message }: Finding): TimelineEntry {
  const primary = route.splits[0]?.primary
  return view.append({
    what: 'finding',
    route: refOf(route),
    rule: undefined,
    state: view.get(routeKey(route))?.state ?? 'hold',
    sentence: `${reason}: ${message}`,
    splits: [],
    cluster: primary === undefined ? undefined : view.clusterOf(primary),
    reactionMs: undefined,
  })
}

/** Appends that a split could go back to a lost tier if a person approved that; `note` says which, and how. */
export function appendAwaiting(view: View, route: Route, verdict: Verdict, note: string): TimelineEntry {
  const { split, decision } = verdict
  return view.append({
    what: 'awaiting-return',
    route: refOf(route),
    rule: decision.rule,
    state: decision.state,
    sentence: note,
    splits: [moveOf({ ...verdict, plan: [] })],
    cluster: split.primary === undefined ? undefined : view.clusterOf(split.primary),
    reactionMs: undefined,
  })
}

/** Which splits of a route, if it has several: ` (spec.rules[0], spec.rules[2])`. */
function placesOf(verdicts: readonly Verdict[]): string {
  const places = verdicts.flatMap(({ split }) => split.where ?? [])
  return places.length === 0 ? '' : ` (${places.join(', ')})`
}

const refused = (before: Refusal | undefined, message: string): Refusal => ({
  message,
  count: (before?.count ?? 0) + 1,
})

interface Group {
  readonly what: EntryKind
  readonly first: Verdict
  readonly all: Verdict[]
  /** It was dark, and nothing was written. */
  readonly hasRecovered: boolean
}

/** What happened: once for each way and reason, however many splits of the route it happened to. */
function groupsOf(outcome: Looked, before: readonly Decision[] | undefined): Group[] {
  const isWritten = 'after' in outcome
  const groups = new Map<string, Group>()
  for (const [index, verdict] of outcome.verdicts.entries()) {
    const what = whatOf(verdict, before?.[index], isWritten)
    if (what === undefined) continue
    const hasRecovered = what === 'release' && before?.[index]?.state === 'dark'
    const key = `${what} ${hasRecovered} ${verdict.sentence}`
    const group = groups.get(key)
    if (group) group.all.push(verdict)
    else groups.set(key, { what, first: verdict, all: [verdict], hasRecovered })
  }
  return [...groups.values()]
}

function whatOf(verdict: Verdict, before: Decision | undefined, isWritten: boolean): EntryKind | undefined {
  const { split, plan, decision } = verdict
  if (plan.length > 0) return isWritten ? directionOf(split, applyPlan(split, plan)) : undefined
  const wasHeld = before?.kind === 'hold'
  if (decision.kind !== 'hold') return wasHeld ? 'release' : undefined
  return wasHeld && before.rule === decision.rule ? undefined : 'hold'
}

function moveOf({ split, plan, readiness }: Verdict): SplitMove {
  const after = applyPlan(split, plan)
  return {
    where: split.where,
    backends: split.backends.map(({ service, weight }, index) => ({
      service,
      from: weight,
      to: after.backends[index]?.weight,
      readiness: readiness[index] ?? unknownBecause(`${service} was not asked about`),
    })),
  }
}
