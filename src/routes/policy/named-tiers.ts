import type { AskedTier, NamedMember, SectionSource } from '../../core/policy/sections.ts'
import type { Tier } from '../../core/policy/types.ts'
import { primaryIndexes } from '../../core/split.ts'
import type { Backend, ServiceKey, Split } from '../../core/types.ts'
import { backendName, type PrimaryReference, parsePrimary } from '../primary.ts'
import { quoted } from './quoted.ts'

/** What the names of tiers are looked up in. */
export interface SplitOfRoute {
  readonly split: Split
  readonly namespace: string
  /** Of the whole route: a name of another split is no mistake. */
  readonly allBackends: readonly Backend[]
  /** The annotation that names the primary is there. */
  readonly isAnnotated: boolean
  /** The cluster of a Service, `Local` for this one; `undefined` if no single cluster serves it. */
  readonly placeOf: (service: ServiceKey) => string | undefined
}

/**
 * The tiers as backends of a split, or what is wrong, in words for their author. An annotation must name what
 * is there. A FailoverPolicy may be for many routes, so it skips what a route does not have; but one that
 * targets this very route must not have a tier without any backend of it.
 */
export function namedTiers(
  asked: readonly AskedTier[],
  from: SectionSource,
  split: SplitOfRoute,
): readonly Tier[] | string {
  const taken = new Set<number>()
  const tiers: Tier[] = []
  for (const [index, one] of asked.entries()) {
    const members = membersOf(one, { index, from, split, taken })
    if (typeof members === 'string') return `${sourceText(from)} ${members}`
    for (const [backend] of members) taken.add(backend)
    if (members.length > 0) tiers.push(tierOf(one, members))
  }
  if (tiers.length === 0) return `${sourceText(from)} names none of its backends`
  return tiers.every(({ weights }) => weights?.every((weight) => weight === 0))
    ? `${sourceText(from)} gives every backend the weight 0; one must be able to serve`
    : tiers
}

/** True if the primary that the annotation names is in the first tier, or if none is named. */
export const hasPrimaryFirst = ([first]: readonly Tier[], { split, isAnnotated }: SplitOfRoute): boolean =>
  !isAnnotated || primaryIndexes(split).some((index) => first?.members.includes(index))

/** How a sentence names the source of a section. */
export const sourceText = (from: SectionSource): string =>
  'annotation' in from ? `annotation ${from.annotation}` : `the FailoverPolicy ${from.policy}`

/** Backends (indexes) with the weights that are declared for them. */
type Members = readonly (readonly [number, number])[]

interface Lookup {
  readonly index: number
  readonly from: SectionSource
  readonly split: SplitOfRoute
  readonly taken: ReadonlySet<number>
}

const tierOf = (asked: AskedTier, members: Members): Tier => {
  const indexes = members.map(([backend]) => backend)
  const hasWeights = asked !== 'rest' && 'backends' in asked && asked.backends.some(hasWeight)
  return hasWeights
    ? { members: indexes, weights: members.map(([, weight]) => weight) }
    : { members: indexes }
}

const hasWeight = ({ weight }: NamedMember): boolean => weight !== undefined

function membersOf(asked: AskedTier, lookup: Lookup): Members | string {
  const { split, taken } = lookup
  const { backends } = split.split
  if (asked !== 'rest' && 'backends' in asked) return byName(asked.backends, lookup)
  const isMember = ({ service }: Backend) =>
    asked === 'rest' || asked.clusters.some((cluster) => cluster === split.placeOf(service))
  return backends.flatMap((backend, index) =>
    !taken.has(index) && isMember(backend) ? [[index, 1] as const] : [],
  )
}

function byName(named: readonly NamedMember[], lookup: Lookup): Members | string {
  return 'annotation' in lookup.from ? byExactName(named, lookup) : byKnownName(named, lookup)
}

function byExactName(named: readonly NamedMember[], { split, taken }: Lookup): Members | string {
  const members = new Map<number, number>()
  for (const one of named) {
    const found = resolve(one, split)
    if (typeof found === 'string') return found
    for (const index of found) {
      if (taken.has(index) || members.has(index))
        return `names ${quoted(one.name)} twice; a backend is in one tier, once`
      members.set(index, one.weight ?? 1)
    }
  }
  return [...members]
}

function byKnownName(named: readonly NamedMember[], { index, from, split, taken }: Lookup): Members | string {
  const found = named.map((one) => ({ one, backends: resolve(one, split) }))
  const isExact = 'policy' in from && from.level === 'route'
  if (isExact && found.every(({ backends }) => typeof backends === 'string'))
    return `names no backend of the route in its tier ${index + 1}; ${backendsText(split)}`
  const members = new Map<number, number>()
  for (const { one, backends } of found)
    for (const backend of typeof backends === 'string' ? [] : backends)
      if (!taken.has(backend) && !members.has(backend)) members.set(backend, one.weight ?? 1)
  return [...members]
}

/** The backends of the split with that name; none if another split of the route has them. */
function resolve({ name, weight }: NamedMember, split: SplitOfRoute): readonly number[] | string {
  const { namespace, allBackends } = split
  const { backends, maxWeight } = split.split
  const reference = parsePrimary(name, namespace)
  const isNamed = (backend: Backend) => reference !== undefined && isReferred(backend, reference)
  if (!allBackends.some(isNamed))
    return `names ${quoted(name)}, but no backend has that name; ${backendsText(split)}`
  if (weight !== undefined && weight > maxWeight)
    return `gives ${quoted(name)} the weight ${weight}; ${maxWeight} is the most that this kind carries`
  return backends.flatMap((backend, index) => (isNamed(backend) ? [index] : []))
}

function backendsText({ allBackends, namespace }: SplitOfRoute): string {
  const names = [...new Set(allBackends.map((backend) => backendName(backend, namespace)))].slice(0, 8)
  return `backends are: ${names.join(', ')}`
}

const isReferred = ({ service, port }: Backend, reference: PrimaryReference): boolean =>
  service === reference.service && (reference.port === undefined || port === reference.port)
