import type { Verdict } from '../core/judge.ts'
import { weightsOf } from '../core/split.ts'
import { type Mover, type Route, steeringAnnotations } from './route.ts'

/**
 * The replica of the operator that moved the weights of a route from one state to a later one; `undefined` if
 * they have not moved, or if that is not known.
 */
export function movedBetween(before: Route | undefined, after: Route | undefined): Mover | undefined {
  if (!before || !after?.movedBy || before.uid !== after.uid) return undefined
  return textOf(before) === textOf(after) ? undefined : after.movedBy
}

/** Exactly one change of the spec of the same object is between the two states. */
export const isNextState = (before: Route, after: Route): boolean =>
  before.uid === after.uid && (before.generation === undefined || after.generation === before.generation + 1)

/** Its owner wants the same. An etcd that was restored counts generations again: that alone does not show it. */
export const isWantedAlike = (before: Route, after: Route): boolean =>
  steeringAnnotations.every((key) => before.annotations?.[key] === after.annotations?.[key])

/** A route, and for each of its splits what was decided and what that changes. */
export interface Decided {
  readonly route: Route
  readonly verdicts: readonly Pick<Verdict, 'decision' | 'plan'>[]
}

/**
 * When the operator wrote the weights that a route has (epoch ms); `undefined` if another client did, if they are not as
 * decided, or if the decision is to hold, since that came later.
 */
export const movedSince = (judged: Decided): number | undefined =>
  isAsDecided(judged) ? judged.route.movedAt : undefined

/** The decision is not to hold, and the weights follow it. */
export const isAsDecided = ({ verdicts }: Decided): boolean =>
  verdicts.every(({ decision, plan }) => decision.kind !== 'hold' && plan.length === 0)

const textOf = ({ splits }: Route): string => JSON.stringify(splits.map(weightsOf))
