import { type Clock, timeOfDayLookMs } from '../base/clock.ts'
import { isHeldBack } from '../core/policy/limits.ts'
import { type KubeError, waitAskedBy } from '../kube/errors.ts'
import type { Judged } from '../routes/judge.ts'
import type { RouteKey } from '../routes/key.ts'
import type { DryRuns } from './dry-runs.ts'
import type { RouteMemory } from './memory.ts'
import type { PolicyMemory } from './policy-memory.ts'
import type { Cause, Handled } from './queue.ts'
import type { Diagnoser } from './report/diagnoser.ts'
import type { Endings } from './report/endings.ts'
import type { LongHolds } from './report/long-holds.ts'
import type { Reporter } from './report/reporter.ts'
import type { ClusterWatch } from './watch/cluster-watch.ts'
import type { Brake } from './write/brake.ts'
import type { Confirm } from './write/confirm.ts'
import { type FightNews, type Fights, weightsText } from './write/fights.ts'
import type { Hedges } from './write/hedges.ts'
import {
  type Act,
  actAsLeader,
  isAtRest,
  type Judge,
  type ReconcileOutcome,
  reconcile,
} from './write/reconcile.ts'
import type { RouteWriter } from './write/route-writer.ts'
import type { StandbyMoves } from './write/standby-moves.ts'
import type { UnansweredWrites } from './write/unanswered-writes.ts'
import type { OwnReports } from './writing.ts'

export interface HandlerOptions {
  readonly clock: Clock
  /** Whether this replica is the one that writes. */
  readonly leads: () => boolean
  readonly watch: Pick<ClusterWatch, 'route' | 'beside'>
  readonly writer: Pick<RouteWriter, 'write'>
  readonly writes: UnansweredWrites
  readonly judge: Judge
  readonly hedges: Hedges
  readonly confirm: Confirm
  readonly standbyMoves: Pick<StandbyMoves, 'take'>
  readonly memory: RouteMemory
  readonly fights: Fights
  readonly brake: Pick<Brake, 'take' | 'rests'>
  readonly policies: PolicyMemory
  readonly dryRuns: Pick<DryRuns, 'look'> | undefined
  readonly longHolds: LongHolds
  readonly diagnoser: Diagnoser
  readonly reporter: Reporter
  readonly ownReports: readonly Pick<OwnReports, 'see'>[]
  readonly endings: Pick<Endings, 'gone'>
}

/** What is done about one due route: a look, what is reported of it, and when to look again. */
export function createHandler(options: HandlerOptions): (key: RouteKey, cause: Cause) => Promise<Handled> {
  const { leads, watch, judge, writer, hedges, memory, policies, longHolds, diagnoser, reporter } = options
  const { ownReports } = options
  const asLeader = actAsLeader({
    ...options,
    beside: watch.beside,
    write: (judged, cause) => writer.write(judged, cause),
  })
  return async (key, cause) => {
    reportFoundDone(key, options)
    const askedUntil = hedges.askedUntil(key)
    const lead = askedUntil === undefined ? asLeader : leaveUntil(askedUntil)
    const act = leads() ? lead : hedges.act
    const outcome = await reconcile(key, cause, { route: watch.route, judge, act })
    policies.decided(key, outcome)
    if (outcome.kind === 'gone') options.endings.gone(key)
    else {
      diagnoser.see(key, outcome.route)
      const after = 'after' in outcome ? outcome.after : outcome.route
      for (const reports of ownReports) reports.see(key, outcome, after)
    }
    reporter.report(key, outcome, cause)
    if (outcome.kind === 'gone') {
      memory.forget(key)
      return 'done'
    }
    const times = [longHolds.see(key, outcome.verdicts), lookAtDryRuns(key, outcome, options)]
    if (outcome.kind === 'failed') return retryAfter(outcome.error)
    return afterLook(key, outcome, times, options)
  }
}

/** What would be is looked at after what is. */
function lookAtDryRuns(
  key: RouteKey,
  outcome: Exclude<ReconcileOutcome, { kind: 'gone' }>,
  { dryRuns }: HandlerOptions,
): number | undefined {
  return dryRuns?.look(key, outcome, 'after' in outcome ? outcome.after : outcome.route)
}

/** A wait that the API server asked of this replica as a standby holds for it as the leader too. */
const leaveUntil =
  (lookAgainAt: number): Act =>
  async (_, judged) => ({ kind: 'left', ...judged, lookAgainAt })

/** Writes that became known without an answer: of this replica, or of a standby. */
function reportFoundDone(key: RouteKey, { writes, standbyMoves, policies, reporter }: HandlerOptions): void {
  const late = writes.takeLate(key)
  for (const one of [...(late ? [late] : []), ...standbyMoves.take(key)]) {
    policies.moved(key)
    reporter.wroteLate(key, one)
  }
}

function afterLook(
  key: RouteKey,
  outcome: Exclude<ReconcileOutcome, { kind: 'gone' | 'failed' }>,
  times: readonly (number | undefined)[],
  { clock, hedges, brake, fights, reporter, diagnoser }: HandlerOptions,
): Handled {
  if (isAtRest(outcome)) hedges.rests(key)
  if (wantsNothing(outcome)) brake.rests(key)
  const { change, lookAgainAt } = fightNewsOf(fights, key, outcome)
  const askedFor = 'lookAgainAt' in outcome ? outcome.lookAgainAt : undefined
  // The route as it was names the last writer of the weights: the answer to a write names the operator.
  if (change === 'begins') reporter.fought(outcome.route)
  if (change === 'ends') reporter.unfought(outcome.route)
  if (change !== undefined) diagnoser.recheck(key)
  // Whatever is held up or left to others: when a grace is over, a move may be needed.
  const waitsEnd = outcome.verdicts.map(({ wakeAt }) => wakeAt)
  return lookAgain(clock, [
    ...waitsEnd,
    askedFor,
    lookAgainAt,
    pauseLookAt(clock, outcome),
    approvalLookAt(clock, outcome),
    ...times,
  ])
}

const wantsNothing = (judged: Judged): boolean => isAtRest(judged) && !judged.verdicts.some(isHeldBack)

function fightNewsOf(fights: Fights, key: RouteKey, outcome: ReconcileOutcome): FightNews {
  if (outcome.kind === 'written' || outcome.kind === 'hedged') return fights.wrote(key)
  return outcome.kind === 'steady' && wantsNothing(outcome)
    ? fights.rests(key, weightsText(outcome.route))
    : {}
}

/** When to look whether a pause has ended (ms on the clock); all splits of a route are paused alike. */
function pauseLookAt(clock: Clock, { verdicts: [verdict] }: Pick<Judged, 'verdicts'>): number | undefined {
  const until = verdict?.split.paused ? verdict.split.pause?.until : undefined
  if (until === undefined) return undefined
  return clock.now() + Math.min(until - clock.wallTime().getTime(), timeOfDayLookMs)
}

/** When to look whether the time of an approval has come (ms on the clock). */
function approvalLookAt(clock: Clock, { verdicts }: Pick<Judged, 'verdicts'>): number | undefined {
  const today = clock.wallTime().getTime()
  const times = verdicts.flatMap(({ split, wait }) =>
    wait?.what === 'approval' && split.policy?.approvedAt !== undefined ? split.policy.approvedAt : [],
  )
  const next = times.filter((time) => time > today)
  return next.length > 0 ? clock.now() + Math.min(Math.min(...next) - today, timeOfDayLookMs) : undefined
}

/** At the earliest of the times that were asked for. */
function lookAgain(clock: Clock, times: readonly (number | undefined)[]): Handled {
  const at = Math.min(...times.filter((time) => time !== undefined))
  return at === Number.POSITIVE_INFINITY ? 'done' : { lookAgainMs: Math.max(0, at - clock.now()) }
}

/** A replica that has just lost the lead looks again, as a standby does. */
function retryAfter(error: KubeError): Handled {
  if (error.kind === 'notLeader') return { lookAgainMs: 0 }
  const retryAfterMs = waitAskedBy(error)
  return retryAfterMs === undefined ? 'retry' : { retryAfterMs }
}
