import type { Enough, Readiness } from './count.ts'
import type { Drained } from './drained.ts'

/** The second table, for routes with tiers, written down from docs/developing/DECISIONS.md and nothing else. */

/** Of a split its weights are enough here. */
interface Weighted {
  readonly backends: readonly { readonly weight: number }[]
}

/** How a backend (by its place) stands. */
interface Standing {
  readonly stateOf: (place: number) => Readiness
  readonly drainedOf: (place: number) => Drained
}

/** An order of backends (places in the split), how many endpoints of each are enough, and for how long. */
export interface Order extends Enough {
  readonly tiers: readonly Tier[]
  /** So long (ms) a lost backend waits, at least. */
  readonly waitMs: number
  /** Whether it may come back is for a person to say, and not judged by tables. */
  readonly isManual?: true
  /** So long (ms) one that serves is not left with too few endpoints, and with none; absent: it is left at once. */
  readonly grace?: { readonly fewMs: number; readonly downMs: number } | undefined
}

export interface Tier {
  readonly places: readonly number[]
  /** By position in `places`; absent: all alike. */
  readonly declared?: readonly number[]
}

/** Where a backend is in the order; the number of tiers if nowhere. */
export function tierOf({ tiers }: Order, place: number): number {
  const found = tiers.findIndex(({ places }) => places.includes(place))
  return found < 0 ? tiers.length : found
}

/** The last tier that has weight; the number of tiers if only backends outside of them have. */
export function currentBy({ backends }: Weighted, order: Order): number {
  const all = backends.flatMap(({ weight }, place) => (weight > 0 ? [tierOf(order, place)] : []))
  const within = all.filter((tier) => tier < order.tiers.length)
  return within.length > 0 ? Math.max(...within) : all.length > 0 ? order.tiers.length : 0
}

/**
 * The weights that the table allows; `undefined` among them: hold. Without `waits` no backend waits, which is how
 * everything is after a rest. With them any lost backend may have to, any that lost its endpoints may serve on, and what
 * is committed to may be any tier: all of it is in a memory that only the replica has.
 */
export function activeByTiers(
  split: Weighted,
  order: Order,
  standing: Standing,
  waits: boolean,
): (number[] | undefined)[] {
  const current = currentBy(split, order)
  const { stateOf } = standing
  const places = [...split.backends.keys()]
  const lingers = waits && order.grace ? places.filter((place) => mayLinger(order, standing, place)) : []
  if (!asksForReturns(order) && lingers.length === 0)
    return [active(split, order, standing, { current, waiting: none, patient: none })]
  const some = asksForReturns(order) ? places.filter((place) => isReadyAs(stateOf(place))) : []
  // After a rest whoever has enough has waited.
  const lost = (place: number) =>
    ['few', 'fair'].includes(stateOf(place)) && split.backends[place]?.weight === 0
  const rested = some.filter((place) => tierOf(order, place) <= current && lost(place))
  if (!waits) return [active(split, order, standing, { current, waiting: new Set(rested), patient: none })]
  return [...order.tiers.keys(), order.tiers.length].flatMap((tier) =>
    subsetsOf(some.filter((place) => tierOf(order, place) <= tier)).flatMap((waiting) =>
      subsetsOf(lingers.filter((place) => tierOf(order, place) === tier && !waiting.has(place))).map(
        (patient) => active(split, order, standing, { current: tier, waiting, patient }),
      ),
    ),
  )
}

const none: ReadonlySet<number> = new Set()

/** A lost backend does not come back at once. */
const asksForReturns = ({ waitMs, toReturn, isManual }: Order): boolean =>
  waitMs > 0 || toReturn !== undefined || isManual === true

/** It has not enough endpoints, and may not be left for that yet. */
function mayLinger({ grace }: Order, { stateOf, drainedOf }: Standing, place: number): boolean {
  const state = stateOf(place)
  const ms = state === 'down' ? grace?.downMs : state === 'few' ? grace?.fewMs : 0
  return (ms ?? 0) > 0 && drainedOf(place) === 'no'
}

/** At least one endpoint is ready. */
export const isReadyAs = (state: Readiness): boolean => ['ready', 'fair', 'few'].includes(state)

/** What a replica remembers: the tier that it has committed to, whom it lets wait, and whom it does not leave yet. */
interface Memory {
  readonly current: number
  readonly waiting: ReadonlySet<number>
  readonly patient: ReadonlySet<number>
}

function active(
  split: Weighted,
  order: Order,
  standing: Standing,
  { current, waiting, patient }: Memory,
): number[] | undefined {
  const { stateOf, drainedOf } = standing
  const isOut = (place: number) => drainedOf(place) !== 'no'
  const hasWeight = (place: number) => (split.backends[place]?.weight ?? 0) > 0
  const isGood = (place: number) => ['ready', 'fair'].includes(stateOf(place)) && !isOut(place)
  const isReady = (place: number) => isReadyAs(stateOf(place)) && !isOut(place)
  const isLast = (place: number) => drainedOf(place) === 'Allow' && isReadyAs(stateOf(place))
  const isUsable = (place: number) => (isGood(place) || patient.has(place)) && !waiting.has(place)
  const isUnknown = (place: number) => stateOf(place) === 'unknown' && !isOut(place)
  const firstWith = (test: (place: number) => boolean) =>
    order.tiers.findIndex((tier) => eligible(tier).some(test))
  const target = firstWith(isUsable)
  const mayServe = split.backends.some(
    (_, place) => hasWeight(place) && stateOf(place) !== 'down' && !isOut(place),
  )
  const before = order.tiers.slice(0, target < 0 ? current + 1 : Math.min(target, current + 1))
  if (mayServe && before.some((tier) => eligible(tier).some(isUnknown))) return undefined
  const serve = (index: number, test: (place: number) => boolean) => {
    const tier = order.tiers[index]
    return tier && eligible(tier).filter((place) => test(place) || (isUnknown(place) && hasWeight(place)))
  }
  const isUp = (place: number) => isUsable(place) && stateOf(place) !== 'down'
  // Nothing is left for what is only not left yet.
  const goesWith = (place: number) => hasWeight(place) && isReady(place) && !waiting.has(place)
  const goesOnToo = (place: number) =>
    isUsable(place) || goesWith(place) || (hasWeight(place) && isLast(place))
  const tier = order.tiers.slice(Math.max(0, target), target + 1).flatMap(eligible)
  if (tier.some(isUp)) return serve(target, isUsable)
  const isElsewhere = order.tiers.flatMap(eligible).some((place) => hasWeight(place) && isReady(place))
  if (target >= 0 && (tier.some(goesWith) || !isElsewhere)) return serve(target, goesOnToo)
  const stays = order.tiers[current]
  // What serves goes on without what waits, while it has any endpoint.
  const goesOn = (place: number) => isReady(place) && !waiting.has(place)
  if (stays && asksForReturns(order) && eligible(stays).some(goesOn)) return serve(current, goesOn)
  for (const test of [isGood, isReady, isLast]) {
    if (stays && eligible(stays).some(test)) return serve(current, test)
    if (firstWith(test) >= 0) return serve(firstWith(test), test)
  }
  return whenNothingServes(split, order, standing, current)
}

function whenNothingServes(
  { backends }: Weighted,
  order: Order,
  standing: Standing,
  current: number,
): number[] | undefined {
  const isZero = backends.every(({ weight }) => weight === 0)
  const mustNotServe = (place: number) => standing.drainedOf(place) === 'Never'
  const isTaken = backends.some(({ weight }, place) => mustNotServe(place) && (weight > 0 || isZero))
  const left = isTaken ? ratherDark(order, standing, order.isManual ? current : 0) : undefined
  if (left) return left
  return isZero ? order.tiers.map(eligible).find((some) => some.length > 0) : undefined
}

/** The members that may serve: those whose weight is not declared as 0. */
export const eligible = ({ places, declared }: Tier) => places.filter((_, index) => declared?.[index] !== 0)

/**
 * What must not serve is left for what may not answer: the first tier of the others, rather one that may, rather without
 * a drain, and rather none that may be lost.
 */
function ratherDark(
  { tiers }: Order,
  { stateOf, drainedOf }: Standing,
  allowed: number,
): number[] | undefined {
  const left = tiers.map((tier) => eligible(tier).filter((place) => drainedOf(place) !== 'Never'))
  const isUnknown = (place: number) => stateOf(place) === 'unknown'
  const isMaybe = (place: number) => isUnknown(place) && drainedOf(place) === 'no'
  return (
    left.find((places, tier) => tier >= allowed && places.some(isMaybe)) ??
    left.find((places) => places.some(isMaybe)) ??
    left.find((places) => places.some(isUnknown)) ??
    left.find((places) => places.length > 0)
  )
}

/** The weight that a backend is declared with; undefined in a tier that declares none. */
export const declaredOf = ({ tiers }: Order, place: number): number | undefined => {
  const tier = tiers.find(({ places }) => places.includes(place))
  return tier?.declared?.[tier.places.indexOf(place)]
}

function subsetsOf(places: readonly number[]): Set<number>[] {
  const [first, ...others] = places
  if (first === undefined) return [new Set()]
  return subsetsOf(others).flatMap((set) => [set, new Set([first, ...set])])
}
