import { judgeSplit } from '../../core/judge.ts'
import { applyPlan } from '../../core/plan.ts'
import { unknownBecause } from '../../core/readiness.ts'
import type { Backend, ServiceKey, Split } from '../../core/types.ts'
import type { RouteCodec } from '../../routes/route.ts'
import { allUpTo, type Combination, combinationsOf } from './combinations.ts'
import type { Migration, RouteObject } from './migration.ts'
import { type Shares, sharesOf } from './original.ts'

/** Where a route would not do as its TrafficSplit does. */
export interface Difference {
  readonly trafficSplit: string
  readonly route: string
  /** What is known of the Services (`shop/web down, shop/east ready`). */
  readonly world: string
  /** What each weight comes to (`shop/web 100 %`). */
  readonly before: string
  readonly after: string
}

export interface Comparison {
  readonly worlds: number
  /** Which states of readiness were left out, and why; `undefined` if none was. */
  readonly leftOut: string | undefined
  readonly differences: readonly Difference[]
}

/** Shares closer than this are the same: weights that are no integers are rounded at a millionth. */
const tolerance = 2e-6

/**
 * Asks the operator's own rules what they make of the TrafficSplit and of each of its routes, for every
 * combination: starting from the declared weights, and from what the combination before has left.
 */
export function compare({ original, routes }: Migration, codec: RouteCodec): Comparison {
  const { split, route } = original
  const [apex] = route.apexes
  const services = [...new Set(split.backends.map(({ service }) => service))]
  const combinations = combinationsOf(services)
  const differences = routes.flatMap((object) => {
    const [declared] = codec.read(object).splits
    if (!declared) return []
    // A rule with one backend sends everything there; the codec reads no split in it, as there is nothing to
    // move.
    const only = split.backends.length === 1 ? split.backends[0]?.service : undefined
    return walk({ split, apex, declared, only }, combinations).map(
      (found): Difference => ({
        trafficSplit: `${route.namespace}/${route.name}`,
        route: routeName(object),
        ...found,
      }),
    )
  })
  const isWhole = services.length <= allUpTo || routes.length === 0
  const leftOut = `TrafficSplit ${route.namespace}/${route.name} has ${services.length} Services, more than ${allUpTo}: compared in the ${combinations.length} states in which all Services but at most two are alike, out of ${3 ** services.length} states`
  return { worlds: combinations.length * routes.length, leftOut: isWhole ? undefined : leftOut, differences }
}

/** Both, and to which Service each falls back where it has no weight above zero. */
interface Pair {
  readonly split: Split
  readonly apex: ServiceKey | undefined
  readonly declared: Split
  readonly only: ServiceKey | undefined
}

function walk(
  { split, apex, declared, only }: Pair,
  combinations: readonly Combination[],
): Omit<Difference, 'trafficSplit' | 'route'>[] {
  let [one, two] = [split, declared]
  return combinations.flatMap((combination) => {
    ;[one, two] = [judged(one, combination), judged(two, combination)]
    const pairs: [Split, Split][] = [
      [judged(split, combination), judged(declared, combination)],
      [one, two],
    ]
    const different = pairs
      .map(([a, b]) => [sharesOf(a, apex), sharesOf(b, only)] as const)
      .find(([a, b]) => !isSame(a, b))
    if (!different) return []
    const [before, after] = different.map(describe)
    return [{ world: describeCombination(combination), before: before ?? '', after: after ?? '' }]
  })
}

/** A split once the operator has written what is due. */
function judged(split: Split, combination: Combination): Split {
  const readiness = ({ service }: Backend) =>
    combination.get(service) ?? unknownBecause(`nothing is assumed of ${service}`)
  return applyPlan(split, judgeSplit(split, readiness).plan)
}

const isSame = (a: Shares, b: Shares): boolean =>
  [...new Set([...a.keys(), ...b.keys()])].every(
    (service) => Math.abs((a.get(service) ?? 0) - (b.get(service) ?? 0)) < tolerance,
  )

const describe = (shares: Shares): string =>
  [...shares].map(([service, share]) => `${service} ${Number((share * 100).toFixed(3))} %`).join(', ') ||
  'no backend'

const describeCombination = (combination: Combination): string =>
  [...combination].map(([service, { state }]) => `${service} ${state}`).join(', ')

const routeName = ({ kind, metadata }: RouteObject): string =>
  `${kind} ${metadata.namespace}/${metadata.name}`
