import { isDeepStrictEqual } from 'node:util'
import { type Count, everyChoice, gradeOf } from './count.ts'
import type { Drains } from './drained.ts'
import type { History } from './history.ts'
import { mayBeHeld } from './limits.ts'
import type { Readings } from './policy-sight.ts'
import type { Route } from './read-route.ts'
import { allWeightsBy, enoughOf, type Split, weightsOf } from './table.ts'

/** What its writer can have known. */
export interface Knowable {
  /** What something called can have been taken for. */
  readonly possible: (called: string) => readonly Count[]
  /** What of a split can have been taken for drained; `undefined` among it: nothing. */
  readonly drained: (split: Split) => readonly (Drains | undefined)[]
}

/**
 * Whether a write has a reason: for each split by itself, the decision table turns the weights that were there
 * into those that are there now, for readiness and Drains that its writer can have known. A split whose weights the
 * table moves in any case must have moved with the others.
 */
export const isWanted = (before: readonly Split[], after: readonly Split[], knowable: Knowable): boolean =>
  before.every((split, place) => {
    const now = after[place]
    return (
      now !== undefined && knowable.drained(split).some((drains) => isWantedIf(drains, split, now, knowable))
    )
  })

/** Whether the table turns a split into another one if this is drained. */
export function isWantedIf(
  drains: Drains | undefined,
  before: Split,
  after: Split,
  { possible }: Pick<Knowable, 'possible'>,
): boolean {
  const names = [...new Set(before.backends.map(({ called }) => called))]
  const grades = (name: string) => possible(name).map((count) => gradeOf(count, enoughOf(before)))
  const stays = isDeepStrictEqual(weightsOf(before), weightsOf(after))
  return everyChoice(names.map((name) => [...new Set(grades(name))])).some((choice) => {
    const readiness = new Map(names.map((name, index) => [name, choice[index] ?? 'down']))
    const stateOf = (called: string) => readiness.get(called) ?? 'down'
    const wanted = allWeightsBy({ ...before, drains }, stateOf, true)
    return wanted.some(
      (weights) =>
        isDeepStrictEqual(weights, weightsOf(after)) || (stays && mayBeHeld(before, weights, stateOf)),
    )
  })
}

/** A write to a route, by the splits before and after it. */
export interface SplitsWrite {
  /** The form of the route that its sender knew. */
  readonly form: Route
  readonly before: readonly Split[]
  readonly after: readonly Split[]
}

/**
 * A write as its sender can have meant it, once for each form of the route that it can have known: every form counts
 * that the process was not told to be over. The patch tests the uid, the generation and the annotations that are heeded,
 * so the form that it met has the same. That makes it the same form, unless etcd was restored: then generations are
 * counted again. Of a form that was undone, only the backends of the splits that move must be as they were met, since the
 * patch tests no others; and these others must have had to stay as they were known. What the tiers of a split are can
 * depend on the backends of others, so its tiers are those of the form that was known.
 */
export function knownWrites(
  before: Route,
  after: Route,
  history: History<Route | undefined>,
  from: number,
  to: number,
): SplitsWrite[] {
  const moved = before.splits.map((split, place) => {
    const now = after.splits[place]
    return now !== undefined && !isDeepStrictEqual(weightsOf(split), weightsOf(now))
  })
  return history.during(from, to).flatMap((known): SplitsWrite[] => {
    if (!known?.ours || !isSameObject(known, before)) return []
    if (isDeepStrictEqual(known.splits, before.splits))
      return [{ form: known, before: before.splits, after: after.splits }]
    if (!moved.includes(true) || !isDeepStrictEqual(heeded(known), heeded(before))) return []
    const isAsTested = before.splits.every(
      ({ backends }, place) => !moved[place] || isDeepStrictEqual(known.splits[place]?.backends, backends),
    )
    const meant = known.splits.map((split, place) => (moved[place] && after.splits[place]) || split)
    return isAsTested ? [{ form: known, before: known.splits, after: meant }] : []
  })
}

/** A write once for each way in which its sender can have understood the splits. */
export const readBy = (writes: readonly SplitsWrite[], readings: Readings): SplitsWrite[] =>
  writes.flatMap((write) => readings(write.form).map((before) => ({ ...write, before })))

export const isSameObject = (
  { object: { metadata: one } }: Route,
  { object: { metadata: other } }: Route,
): boolean => one.uid === other.uid && one.generation === other.generation

/** The annotations that the operator heeds, and tests. */
const heeded = ({ object: { metadata } }: Route) =>
  Object.entries(metadata.annotations ?? {})
    .filter(([name]) => name.startsWith('failover.linkerd.io/'))
    .sort()
