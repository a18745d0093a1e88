import type { Readiness } from './count.ts'
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

/** An order of backends (places in the split), how many endpoints of each are enough, how long a lost one waits. */
export interface Order {
  readonly tiers: readonly Tier[]
  readonly minReady: number
  readonly waitMs: number
}

interface Tier {
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
 * everything is after a rest. With them any lost backend may have to, and what is committed to may be any tier:
 * both are in a memory that only the replica has.
 */
export function activeByTiers(
  split: Weighted,
  order: Order,
  standing: Standing,
  waits: boolean,
): (number[] | undefined)[] {
  const current = currentBy(split, order)
  if (order.waitMs === 0) return [active(split, order, standing, current, new Set())]
  const some = split.backends.flatMap((_, place) => (isReadyAs(standing.stateOf(place)) ? [place] : []))
  // After a rest whoever has enough has waited.
  const lost = (place: number) => standing.stateOf(place) === 'few' && split.backends[place]?.weight === 0
  const rested = some.filter((place) => tierOf(order, place) <= current && lost(place))
  if (!waits) return [active(split, order, standing, current, new Set(rested))]
  return [...order.tiers.keys(), order.tiers.length].flatMap((tier) =>
    subsetsOf(some.filter((place) => tierOf(order, place) <= tier)).map((waiting) =>
      active(split, order, standing, tier, waiting),
    ),
  )
}

const isReadyAs = (state: Readiness): boolean => state === 'ready' || state === 'few'

function active(
  split: Weighted,
  order: Order,
  standing: Standing,
  current: number,
  waiting: ReadonlySet<number>,
): number[] | undefined {
  const { stateOf, drainedOf } = standing
  const isOut = (place: number) => drainedOf(place) !== 'no'
  const hasWeight = (place: number) => (split.backends[place]?.weight ?? 0) > 0
  const isGood = (place: number) => stateOf(place) === 'ready' && !isOut(place)
  const isReady = (place: number) => isGood(place) || (stateOf(place) === 'few' && !isOut(place))
  const isLast = (place: number) => drainedOf(place) === 'Allow' && ['ready', 'few'].includes(stateOf(place))
  const isUsable = (place: number) => isGood(place) && !waiting.has(place)
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
  if (target >= 0) return serve(target, isUsable)
  const stays = order.tiers[current]
  // What serves goes on without what waits, while it has any endpoint.
  const goesOn = (place: number) => isReady(place) && !waiting.has(place)
  if (stays && order.waitMs > 0 && eligible(stays).some(goesOn)) return serve(current, goesOn)
  for (const test of [isGood, isReady, isLast]) {
    if (stays && eligible(stays).some(test)) return serve(current, test)
    if (firstWith(test) >= 0) return serve(firstWith(test), test)
  }
  return whenNothingServes(split, order, standing)
}

function whenNothingServes({ backends }: Weighted, order: Order, standing: Standing): number[] | undefined {
  const isZero = backends.every(({ weight }) => weight === 0)
  const mustNotServe = (place: number) => standing.drainedOf(place) === 'Never'
  const isTaken = backends.some(({ weight }, place) => mustNotServe(place) && (weight > 0 || isZero))
  const left = isTaken ? ratherDark(order, standing) : undefined
  if (left) return left
  return isZero ? order.tiers.map(eligible).find((some) => some.length > 0) : undefined
}

/** The members that may serve: those whose weight is not declared as 0. */
export const eligible = ({ places, declared }: Tier) => places.filter((_, index) => declared?.[index] !== 0)

/** What must not serve is left for what may not answer: the first tier of the others, rather one that may. */
function ratherDark({ tiers }: Order, { stateOf, drainedOf }: Standing): number[] | undefined {
  const left = tiers.map((tier) => eligible(tier).filter((place) => drainedOf(place) !== 'Never'))
  const mayBeReady = left.find((places) => places.some((place) => stateOf(place) === 'unknown'))
  return mayBeReady ?? left.find((places) => places.length > 0)
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

const mostTiers = 8

const annotation = (name: string) => `failover.linkerd.io/${name}`

/** What an order is read from: the backends of one split, and the names of all that the route has. */
export interface Named {
  /** Whether a backend (by its place) has the name. */
  readonly isNamed: (place: number, name: string) => boolean
  readonly isNamedAnywhere: (name: string) => boolean
  readonly count: number
  readonly primaries: readonly number[]
  /** Those that stand in for the primary where no order is written. */
  readonly others: readonly number[]
  readonly limit: number
}

/** The order that the annotations of a route write; `broken`: they make no sense. */
export function readOrder(
  annotations: Readonly<Record<string, string>>,
  named: Named,
): Order | 'broken' | undefined {
  const written = annotations[annotation('tiers')]
  const wait = annotations[annotation('failback-after')]
  const least = annotations[annotation('min-ready')]
  if ([written, wait, least].every((value) => value === undefined)) return undefined
  const [, seconds] = /^(\d+)s$/.exec(wait ?? '') ?? []
  const waitMs = seconds === undefined ? 0 : Number(seconds) * 1000
  const minReady = /^[1-9]$/.test(least ?? '') ? Number(least) : 1
  if (written === undefined) {
    const tiers = [named.primaries, named.others].filter((places) => places.length > 0)
    return { tiers: tiers.map((places) => ({ places })), minReady, waitMs }
  }
  const tiers = readTiers(written, named)
  if (!tiers) return 'broken'
  const isMute = tiers.every(({ declared }) => declared?.every((weight) => weight === 0))
  const isOdd =
    annotations[annotation('primary-service')] !== undefined &&
    !named.primaries.some((place) => tiers[0]?.places.includes(place))
  return isMute || isOdd ? 'broken' : { tiers, minReady, waitMs }
}

function readTiers(written: string, named: Named): Tier[] | undefined {
  const texts = written.split('; ')
  if (texts.length > mostTiers) return undefined
  const taken = new Set<number>()
  const all = [...Array(named.count).keys()]
  const tiers: Tier[] = []
  for (const text of texts) {
    const tier = text === '*' ? { places: all.filter((place) => !taken.has(place)) } : readTier(text, named)
    if (!tier || tier.places.some((place) => taken.has(place))) return undefined
    if (new Set(tier.places).size < tier.places.length) return undefined
    for (const place of tier.places) taken.add(place)
    tiers.push(tier)
  }
  const some = tiers.filter(({ places }) => places.length > 0)
  return some.length > 0 ? some : undefined
}

function readTier(text: string, { isNamed, isNamedAnywhere, count, limit }: Named): Tier | undefined {
  const entries = text.split(', ').flatMap((entry) => {
    const [name = '', weight] = entry.split('=')
    const places = [...Array(count).keys()].filter((place) => isNamed(place, name))
    const isWrong = !isNamedAnywhere(name) || Number(weight ?? 1) > limit
    return isWrong ? [undefined] : [{ places, weight }]
  })
  if (entries.includes(undefined)) return undefined
  const found = entries.flatMap((entry) => entry ?? [])
  const places = found.flatMap((entry) => entry.places)
  const declared = found.flatMap((entry) => entry.places.map(() => Number(entry.weight ?? 1)))
  return found.some(({ weight }) => weight !== undefined) ? { places, declared } : { places }
}
