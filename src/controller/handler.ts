import type { Clock } from '../base/clock.ts'
import { type KubeError, waitAskedBy } from '../kube/errors.ts'
import type { Judged } from '../routes/judge.ts'
import type { RouteKey } from '../routes/key.ts'
import type { RouteMemory } from './memory.ts'
import type { PolicyMemory } from './policy-memory.ts'
import type { Cause, Handled } from './queue.ts'
import type { Diagnoser } from './report/diagnoser.ts'
import type { LongHolds } from './report/long-holds.ts'
import type { Reporter } from './report/reporter.ts'
import type { ClusterWatch } from './watch/cluster-watch.ts'
import { type FightNews, type Fights, weightsText } from './write/fights.ts'
import { type ReconcileContext, type ReconcileOutcome, reconcile } from './write/reconcile.ts'
import type { RouteWriter } from './write/route-writer.ts'
import type { UnansweredWrites } from './write/unanswered-writes.ts'

export interface HandlerOptions {
  readonly clock: Clock
  readonly watch: Pick<ClusterWatch, 'route' | 'readiness'>
  readonly writer: Pick<RouteWriter, 'write'>
  readonly writes: UnansweredWrites
  readonly memory: RouteMemory
  readonly fights: Fights
  readonly policies: PolicyMemory
  readonly longHolds: LongHolds
  readonly diagnoser: Diagnoser
  readonly reporter: Reporter
}

/** What is done about one due route: a look, what is reported of it, and when to look again. */
export function createHandler(options: HandlerOptions): (key: RouteKey, cause: Cause) => Promise<Handled> {
  const { clock, writes, memory, fights, policies, longHolds, diagnoser, reporter } = options
  const context = contextOf(options)
  return async (key, cause) => {
    const late = writes.takeLate(key)
    if (late) reporter.wroteLate(key, late)
    const outcome = await reconcile(key, cause, context)
    policies.decided(key, outcome)
    if (outcome.kind !== 'gone') diagnoser.see(key, outcome.route)
    reporter.report(key, outcome, cause)
    if (outcome.kind === 'gone') {
      memory.forget(key)
      return 'done'
    }
    const heldLongAt = longHolds.see(key, outcome.verdicts)
    if (outcome.kind === 'failed') return retryAfter(outcome.error)
    const { change, lookAgainAt } = fightNewsOf(fights, key, outcome)
    const askedFor = outcome.kind === 'steady' ? outcome.lookAgainAt : undefined
    // The route as it was names the last writer of the weights: the answer to a write names the operator.
    if (change === 'begins') reporter.fought(outcome.route)
    if (change === 'ends') reporter.unfought(outcome.route)
    return lookAgain(clock, [askedFor, lookAgainAt, heldLongAt])
  }
}

const contextOf = ({ watch, fights, policies, writer }: HandlerOptions): ReconcileContext => ({
  route: watch.route,
  readiness: watch.readiness,
  past: (key, route) => policies.past(key, route),
  waitsUntil: (key, route, plans) => fights.waitsUntil(key, weightsText(route, plans)),
  write: (judged, cause) => writer.write(judged, cause),
})

function fightNewsOf(fights: Fights, key: RouteKey, outcome: ReconcileOutcome): FightNews {
  if (outcome.kind === 'written') return fights.wrote(key)
  return outcome.kind === 'steady' && isAtRest(outcome) ? fights.rests(key, weightsText(outcome.route)) : {}
}

const isAtRest = ({ verdicts }: Judged): boolean => verdicts.every(({ plan }) => plan.length === 0)

/** At the earliest of the times that were asked for. */
function lookAgain(clock: Clock, times: readonly (number | undefined)[]): Handled {
  const at = Math.min(...times.filter((time) => time !== undefined))
  return at === Number.POSITIVE_INFINITY ? 'done' : { lookAgainMs: at - clock.now() }
}

/** Who does not lead tries nothing again: the leader looks at every route. */
function retryAfter(error: KubeError): Handled {
  if (error.kind === 'notLeader') return 'done'
  const retryAfterMs = waitAskedBy(error)
  return retryAfterMs === undefined ? 'retry' : { retryAfterMs }
}
