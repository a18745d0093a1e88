import type { Enough, Readiness } from './count.ts'
import { type Drains, isUnsure, knownOf } from './drained.ts'
import { activeByTiers, currentBy, declaredOf, isReadyAs, type Order } from './tiers.ts'

/** The decision table once more, written down from docs/developing/DECISIONS.md and nothing else. */

/** The readiness of what is `called`. */
export type ReadinessOf = (called: string) => Readiness

/** One entry of a split. */
export interface Backend {
  /** All that says which backend it is. */
  readonly id: string
  readonly service: string
  /** What is called, whose readiness counts: `shop/web:80`, or `shop/web` where no port is named. */
  readonly called: string
  readonly weight: number
  /** No weight is written: `weight` is what that means. */
  readonly absent: boolean
  readonly primary: boolean
}

/** One list of weighted backends, as it stands in an object. */
export interface Split {
  readonly backends: readonly Backend[]
  readonly paused: boolean
  /** It cannot be understood, or leaves no choice. */
  readonly broken: boolean
  /** The largest weight that its kind carries. */
  readonly limit: number
  /** The order of its backends, if its owner wants one: then the second table decides. */
  readonly order?: Order | undefined
  /** What Drains take out of it, as far as that is known; absent: nothing. */
  readonly drains?: Drains | undefined
  /** Moves of it that are not needed may be held up, as a policy of the Mesh asks. */
  readonly isLimited?: true | undefined
}

/** How many endpoints of a backend must be ready so that they are enough. */
export const enoughOf = ({ order }: Pick<Split, 'order'>): Enough => order ?? { minReady: one }

const one = { count: 1 }

/** The weights that a split should have once nothing waits; those that it has where the table says hold. */
export const weightsBy = (split: Split, readiness: ReadinessOf): readonly number[] =>
  allWeightsBy(split, readiness, false)[0] ?? weightsOf(split)

/** All that it may have then; a person may let it wait. */
export const restingWeightsBy = (split: Split, readiness: ReadinessOf): (readonly number[])[] =>
  split.order?.isManual ? allWeightsBy(split, readiness, true) : [weightsBy(split, readiness)]

/** All weights that the tables allow; `waits`: while backends may have to wait. */
export function allWeightsBy(split: Split, readiness: ReadinessOf, waits: boolean): (readonly number[])[] {
  const { backends, drains } = split
  if (isUnsure(drains)) {
    const sure = allWeightsBy({ ...split, drains: knownOf(drains) }, readiness, waits)
    return sure.map((weights) => (endsOutage(split, weights, readiness) ? weights : weightsOf(split)))
  }
  const order = orderOf(split)
  if (!order || split.paused || split.broken) return [weightsFor(split, activeBy(split, readiness))]
  const stateOf = (place: number) => readiness(backends[place]?.called ?? '')
  const drainedOf = (place: number) => knownOf(drains)?.[place] ?? 'no'
  const all = activeByTiers(split, order, { stateOf, drainedOf }, waits)
  return all.map((active) => weightsInOrder(split, order, active))
}

/** The tiers by which a split is judged: without an order only one of which something is drained has any. */
export function orderOf({ order, drains, backends }: Split): Order | undefined {
  if (order || knownOf(drains) === undefined) return order
  const primary = backends.find((backend) => backend.primary)
  const first = placesOf(backends, (backend) => backend.primary)
  const others = placesOf(backends, ({ service }) => service !== primary?.service)
  const tiers = [first, others].filter((places) => places.length > 0)
  return { tiers: tiers.map((places) => ({ places })), minReady: one, waitMs: 0 }
}

const placesOf = (backends: readonly Backend[], test: (backend: Backend) => boolean) =>
  backends.flatMap((backend, place) => (test(backend) ? [place] : []))

/** Everything that had weight is down, and something that gets it is ready: done whatever is not known. */
const endsOutage = ({ backends }: Split, weights: readonly number[], readiness: ReadinessOf): boolean =>
  backends.every(({ weight, called }) => weight === 0 || readiness(called) === 'down') &&
  backends.some(({ called }, place) => (weights[place] ?? 0) > 0 && isReadyAs(readiness(called)))

/** Declared weights as they are; nothing is written if the traffic is shared so already. */
function weightsInOrder(
  split: Split,
  order: Order,
  active: readonly number[] | undefined,
): readonly number[] {
  const declared = (active ?? []).map((place) => declaredOf(order, place))
  if (!active || declared.every((weight) => weight === undefined))
    return weightsFor(split, active && split.backends.map((_, place) => active.includes(place)))
  const now = weightsOf(split)
  const wanted = now.map((_, place) => declared[active.indexOf(place)] ?? 0)
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0)
  const isSo =
    sum(now) > 0 && now.every((weight, place) => weight * sum(wanted) === (wanted[place] ?? 0) * sum(now))
  return isSo ? now : wanted
}

function weightsFor(split: Split, active: readonly boolean[] | undefined): readonly number[] {
  const now = weightsOf(split)
  if (!active) return now
  const largest = Math.min(split.limit, Math.max(1, Math.ceil(Math.max(...now))))
  const share = now[active.indexOf(true)] ?? 0
  const inEffect = share > 0 && now.every((weight, index) => weight === (active[index] ? share : 0))
  return inEffect ? now : active.map((on) => (on ? largest : 0))
}

/** For each backend whether it should get traffic; undefined: hold. */
function activeBy(split: Split, readiness: ReadinessOf): boolean[] | undefined {
  const { backends } = split
  const primaries = backends.filter((backend) => backend.primary)
  const [primary] = primaries
  if (split.paused || split.broken || !primary) return undefined
  const states = primaries.map(({ called }) => readiness(called))
  if (states.includes('ready'))
    return backends.map((backend) => backend.primary && readiness(backend.called) !== 'down')
  if (states.includes('unknown')) return undefined
  const onlyPrimary = backends.map((backend) => backend.primary)
  // Another port of the primary's Service does not stand in.
  const isSecondary = ({ service }: Backend) => service !== primary.service
  if (backends.some((backend) => isSecondary(backend) && readiness(backend.called) === 'ready')) {
    return backends.map((backend) => {
      if (!isSecondary(backend)) return false
      const state = readiness(backend.called)
      return state === 'ready' || (state === 'unknown' && backend.weight > 0)
    })
  }
  return backends.every(({ weight }) => weight === 0) ? onlyPrimary : undefined
}

export type Direction = 'failover' | 'failback' | 'redistribute'
/** How many splits of a route a write moved each way. */
export type Moves = ReadonlyMap<Direction, number>

/** What a change of weights was: by whether the primary gets traffic before and after it, or by the tiers. */
export function directionOf(before: Split, after: Split): Direction {
  const order = orderOf(before)
  if (order && !before.broken) {
    const [from, to] = [currentBy(before, order), currentBy(after, order)]
    return from === to ? 'redistribute' : to > from ? 'failover' : 'failback'
  }
  if (primaryServes(after)) return 'failback'
  return primaryServes(before) ? 'failover' : 'redistribute'
}

const primaryServes = ({ backends }: Split) => backends.some(({ primary, weight }) => primary && weight > 0)

/** Whether a change wrote a weight where its absence had said the same. */
export const addsInVain = (before: Split, after: Split | undefined): boolean =>
  before.backends.some(({ absent, weight }, index) => {
    const now = after?.backends[index]
    return absent && now !== undefined && !now.absent && now.weight === weight
  })

export const weightsOf = ({ backends }: Split): number[] => backends.map(({ weight }) => weight)

/** The weights of all splits of a route, as text: `1 0 | 0 5`. */
export const textOf = (weights: readonly (readonly number[])[]): string =>
  weights.map((some) => some.join(' ')).join(' | ')
