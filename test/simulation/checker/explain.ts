import { isDeepStrictEqual } from 'node:util'
import { type Count, everyChoice, gradeOf } from './count.ts'
import type { History } from './history.ts'
import type { Route } from './read-route.ts'
import { allWeightsBy, minReadyOf, type Split, weightsOf } from './table.ts'

/**
 * Whether a write has a reason: for each split by itself, the decision table turns the weights that were there
 * into those that are there now, for readiness that its writer can have known. A split whose weights the table
 * moves in any case must have moved with the others.
 */
export function isWanted(
  before: readonly Split[],
  after: readonly Split[],
  possible: (called: string) => readonly Count[],
): boolean {
  return before.every((split, place) => {
    const now = after[place]
    if (!now) return false
    const names = [...new Set(split.backends.map(({ called }) => called))]
    const grades = (name: string) => possible(name).map((count) => gradeOf(count, minReadyOf(split)))
    return everyChoice(names.map((name) => [...new Set(grades(name))])).some((choice) => {
      const readiness = new Map(names.map((name, index) => [name, choice[index] ?? 'down']))
      const wanted = allWeightsBy(split, (called) => readiness.get(called) ?? 'down', true)
      return wanted.some((weights) => isDeepStrictEqual(weights, weightsOf(now)))
    })
  })
}

/**
 * Whether a process can have taken a route for what it is: the same object with the same spec, paused and named
 * as it is now. Every state counts that the process was not told to be over.
 */
export function wasKnown(
  route: Route,
  history: History<Route | undefined>,
  from: number,
  to: number,
): boolean {
  const { uid, generation } = route.object.metadata
  return history.during(from, to).some((known) => {
    if (!known?.ours || known.object.metadata.uid !== uid) return false
    return known.object.metadata.generation === generation && isDeepStrictEqual(known.splits, route.splits)
  })
}
