import type { SplitPlan } from './plan.ts'
import { knownOf, weightOf } from './split.ts'
import type { Answer, Readiness, ReadinessOf, Split } from './types.ts'

/** What a plan is for. */
interface Planned {
  readonly split: Split
  /** By backend. */
  readonly readiness: readonly Readiness[]
  readonly decision: Answer
  readonly plan: SplitPlan
}

/**
 * True if the plan of a split is needed: nothing that has weight can serve, something else can, and all of it
 * is known from the API server, so that every replica can know it. Every other plan only makes better what
 * serves already.
 */
export function isNeeded(planned: Planned): boolean {
  return endsOutage(planned) && planned.readiness.every(isKnownToAll)
}

/**
 * What a probe of this replica says, or a linked cluster that it can read, the leader may not know: it may
 * never have had an answer itself. It would undo the move.
 */
const isKnownToAll = (known: Readiness): boolean =>
  known.state !== 'unknown' && !(known.state === 'down' && known.despiteEndpoints)

/**
 * The same, whatever is known of other backends: everything that has weight is down, something else can
 * serve.
 */
export function endsOutage({ split, readiness, decision, plan }: Planned): boolean {
  if (plan.length === 0 || decision.kind === 'hold') return false
  const state = (index: number) => readiness[index]?.state ?? 'unknown'
  const mayServe = split.backends.some(
    (backend, index) => weightOf(split, backend) > 0 && state(index) !== 'down',
  )
  return !mayServe && decision.active.some((index) => state(index) === 'ready')
}

/**
 * True if requests fail as the weights are, and would not with others: what has weight is down, something is
 * ready.
 */
export function isOut(split: Split, readiness: ReadinessOf): boolean {
  const { backends } = split
  const isDown = backends.every(
    (backend) => weightOf(split, backend) === 0 || knownOf(backend, readiness).state === 'down',
  )
  return isDown && backends.some((backend) => knownOf(backend, readiness).state === 'ready')
}
