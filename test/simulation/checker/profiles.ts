import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import { readRoute } from './read-route.ts'
import type { Rule } from './violation.ts'

/** An override as the checker understands it. */
interface Override {
  readonly authority: string
  readonly weight: number
}

/**
 * The ServiceProfiles of a story whose operator writes them, held against what docs/developing/DECISIONS.md
 * says of them. Nobody in a story owns one alone, so all of them are the operator's to write.
 */
export class Profiles {
  readonly #objects = new Map<string, KubeObject>()

  /** Takes each state; answers with what is wrong with it if the operator wrote it. */
  changed(name: string, object: KubeObject | undefined): readonly [Rule, string] | undefined {
    const before = this.#objects.get(name)
    if (object) this.#objects.set(name, object)
    else this.#objects.delete(name)
    if (!object) return ['foreign write', `deleted ${name}`]
    const now = overridesOf(object)
    if (now.every(({ weight }) => weight === 0)) return ['all zero', `left ${name} without a weight`]
    if (before && JSON.stringify(fixedParts(before)) !== JSON.stringify(fixedParts(object)))
      return ['foreign write', `changed more of ${name} than its overrides`]
    const had = before ? overridesOf(before) : []
    const isSameList = had.every(({ authority }, index) => now[index]?.authority === authority)
    return had.length > 0 && (had.length !== now.length || !isSameList)
      ? ['foreign write', `changed the list of ${name}`]
      : undefined
  }

  /** What proxies would not follow: each TrafficSplit whose weights its ServiceProfile does not have. */
  *wrong(routes: Iterable<readonly [key: string, object: KubeObject]>): Iterable<string> {
    const splits = [...routes].filter(([key]) => key.startsWith('trafficsplits/'))
    for (const [key, split] of new Map(splits.sort().reverse())) {
      const apex = isObject(split.spec) ? String(split.spec.service) : ''
      const wanted = wantedOf(split)
      if (
        !wanted ||
        splits.some(([other, { spec }]) => other < key && isObject(spec) && spec.service === apex)
      )
        continue
      const is = this.#objects.get(`${split.metadata.namespace}/${authorityOf(split, apex)}`)
      const has = is ? overridesOf(is) : []
      const should = has.length === 0 ? wanted : weighed(has, wanted)
      if (should && textOf(has) !== textOf(should))
        yield `the ServiceProfile of ${key} has ${textOf(has)}, and should have ${textOf(should)}`
    }
  }
}

const authorityOf = ({ metadata }: KubeObject, service: string): string =>
  `${service}.${metadata.namespace}.svc.cluster.local`

/** The list that a TrafficSplit asks for; none if it cannot be understood, or is all zero. */
function wantedOf(split: KubeObject): Override[] | undefined {
  const entries = listOf(split.spec, 'backends')
  const [read] = readRoute(split).splits
  const weights = read?.backends.map(({ weight, absent }) => (absent ? Number.NaN : weight)) ?? []
  if (weights.some(Number.isNaN) || weights.every((weight) => weight === 0)) return undefined
  return entries.map(({ service }, index) => ({
    authority: authorityOf(split, String(service)),
    weight: weights[index] ?? Number.NaN,
  }))
}

/** A list that is there keeps its backends, in their order; without one that has weight it stays as it is. */
function weighed(has: readonly Override[], wanted: readonly Override[]): Override[] | undefined {
  const isSameList =
    has.length === wanted.length &&
    has.every(({ authority }, index) => authority === wanted[index]?.authority)
  if (isSameList) return [...wanted]
  const sumFor = (authority: string) =>
    wanted.filter((one) => one.authority === authority).reduce((sum, { weight }) => sum + weight, 0)
  const list = has.map(({ authority }) => ({ authority, weight: sumFor(authority) }))
  return list.every(({ weight }) => weight === 0) ? undefined : list
}

const overridesOf = ({ spec }: KubeObject): Override[] =>
  listOf(spec, 'dstOverrides').map(({ authority, weight }) => ({
    authority: String(authority),
    weight: readQuantity(String(weight)),
  }))

const factors: Readonly<Record<string, number>> = { m: 0.001, k: 1_000, M: 1_000_000 }

function readQuantity(text: string): number {
  const suffix = text.slice(-1)
  const factor = factors[suffix]
  return factor === undefined ? Number(text) : Number(text.slice(0, -1)) * factor
}

const textOf = (list: readonly Override[]): string =>
  list.map(({ authority, weight }) => `${authority.split('.')[0]}=${weight}`).join(' ') || 'nothing'

/** All that a write may not touch. */
function fixedParts({ metadata, spec }: KubeObject): object {
  const { resourceVersion: _, generation: __, managedFields: ___, ...others } = metadata
  const { dstOverrides: ____, ...rest } = isObject(spec) ? spec : {}
  return { metadata: others, spec: rest }
}

function listOf(parent: unknown, key: string): JsonObject[] {
  const list = isObject(parent) ? parent[key] : undefined
  return Array.isArray(list) ? list.filter(isObject) : []
}
