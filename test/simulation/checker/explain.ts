import type { History } from './history.ts'
import type { Route } from './read-route.ts'
import { type Readiness, type Split, weightsBy } from './table.ts'

/**
 * The states of a route, out of those that its writer can have known, on which the decision table turns the
 * weights that were there into those that are there now; none: the write has no reason.
 */
export function reasonsFor(
  before: Split,
  after: Split,
  known: readonly Split[],
  possible: (service: string) => readonly Readiness[],
): Split[] {
  return known.filter((split) => {
    const names = [...new Set([split.primary, ...split.backends.map(({ service }) => service)])]
    return everyChoice(names.map((name) => possible(name))).some((choice) => {
      const readiness = new Map(names.map((name, index) => [name, choice[index] ?? 'down']))
      const wanted = weightsBy(split, (service) => readiness.get(service) ?? 'down')
      return leadsTo(before, after, split, wanted)
    })
  })
}

/** A write moves the weights that the writer wanted otherwise than it knew them, and no others. */
function leadsTo(before: Split, after: Split, known: Split, wanted: readonly number[]): boolean {
  return before.backends.every(({ weight }, index) => {
    const moved = wanted[index] !== known.backends[index]?.weight
    return after.backends[index]?.weight === (moved ? wanted[index] : weight)
  })
}

/** Every way to take one of each. */
function everyChoice<T>(options: readonly (readonly T[])[]): T[][] {
  return options.reduce<T[][]>(
    (choices, some) => choices.flatMap((choice) => some.map((one) => [...choice, one])),
    [[]],
  )
}

/** What a process can have taken a route for: every state that it was not told to be over. */
export function knownSplits(history: History<Route | undefined>, from: number, to: number): Split[] {
  return history.during(from, to).flatMap((route) => (route?.ours ? [route.split] : []))
}
