import { usualTiers } from '../../core/policy/tiers.ts'
import type { Tier } from '../../core/policy/types.ts'
import { primaryIndexes } from '../../core/split.ts'
import type { Backend, Split } from '../../core/types.ts'
import { backendName, type PrimaryReference, parsePrimary } from '../primary.ts'
import { primaryAnnotation, tiersAnnotation } from '../route.ts'
import { type AskedPolicy, readPolicy } from './annotations.ts'
import { quoted } from './quoted.ts'
import type { NamedMember, NamedTier } from './tiers-text.ts'

/** What a policy is resolved against. */
interface SplitOfRoute {
  readonly split: Split
  readonly namespace: string
  /** Of the whole route: a name of another split is no mistake. */
  readonly allBackends: readonly Backend[]
  /** The annotation that names the primary is there. */
  readonly isAnnotated: boolean
}

/**
 * The splits of a route with what its annotations ask for; where its tiers make no sense, with a problem.
 * `othersOf`: the backends that the route names outside of its splits.
 */
export function applyPolicy(
  splits: readonly Split[],
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  othersOf: () => readonly Backend[] = () => [],
): readonly Split[] {
  const asked = readPolicy(annotations)
  if (asked === undefined) return splits
  const allBackends = [...splits.flatMap(({ backends }) => backends), ...othersOf()]
  const isAnnotated = annotations[primaryAnnotation] !== undefined
  return splits.map((split) => {
    if (split.problem !== undefined) return split
    const tiers = tiersOf(asked, { split, namespace, allBackends, isAnnotated })
    if (typeof tiers === 'string') {
      const where = split.where === undefined ? '' : `${split.where} does not fail over: `
      return { ...split, primary: undefined, primaryPort: undefined, problem: `${where}${tiers}` }
    }
    const { minReady, failbackAfterMs } = asked
    const primary = split.backends[tiers[0]?.members[0] ?? 0]?.service
    return { ...split, primary, primaryPort: undefined, policy: { tiers, minReady, failbackAfterMs } }
  })
}

const tiersOf = ({ tiers }: AskedPolicy, split: SplitOfRoute): readonly Tier[] | string =>
  tiers === undefined ? usualTiers(split.split) : namedTiers(tiers, split)

function namedTiers(
  parsed: NonNullable<AskedPolicy['tiers']>,
  split: SplitOfRoute,
): readonly Tier[] | string {
  const inText = `annotation ${tiersAnnotation}`
  if ('problem' in parsed) return `${inText} cannot be used: ${parsed.problem}`
  const taken = new Set<number>()
  const tiers: Tier[] = []
  for (const named of parsed.tiers) {
    const tier = named === 'rest' ? restOf(split, taken) : resolveTier(named, split, taken)
    if (typeof tier === 'string') return `${inText} ${tier}`
    if (tier.members.length > 0) tiers.push(tier)
  }
  return problemOf(tiers, split, inText) ?? tiers
}

const restOf = ({ split }: SplitOfRoute, taken: ReadonlySet<number>): Tier => ({
  members: [...split.backends.keys()].filter((index) => !taken.has(index)),
})

function resolveTier(
  named: Exclude<NamedTier, 'rest'>,
  split: SplitOfRoute,
  taken: Set<number>,
): Tier | string {
  const members: number[] = []
  const weights: number[] = []
  for (const one of named) {
    const found = resolve(one, split)
    if (typeof found === 'string') return found
    for (const index of found) {
      if (taken.has(index)) return `names ${quoted(one.name)} twice; a backend is in one tier, once`
      taken.add(index)
      members.push(index)
      weights.push(one.weight ?? 1)
    }
  }
  return named.some(({ weight }) => weight !== undefined) ? { members, weights } : { members }
}

/** The backends of the split with that name; none if another split of the route has them. */
function resolve({ name, weight }: NamedMember, split: SplitOfRoute): readonly number[] | string {
  const { namespace, allBackends } = split
  const { backends, maxWeight } = split.split
  const reference = parsePrimary(name, namespace)
  const isNamed = (backend: Backend) => reference !== undefined && isReferred(backend, reference)
  if (!allBackends.some(isNamed)) {
    const names = [...new Set(allBackends.map((backend) => backendName(backend, namespace)))].slice(0, 8)
    return `names ${quoted(name)}, but no backend has that name; backends are: ${names.join(', ')}`
  }
  if (weight !== undefined && weight > maxWeight)
    return `gives ${quoted(name)} the weight ${weight}; ${maxWeight} is the most that this kind carries`
  return backends.flatMap((backend, index) => (isNamed(backend) ? [index] : []))
}

const isReferred = ({ service, port }: Backend, reference: PrimaryReference): boolean =>
  service === reference.service && (reference.port === undefined || port === reference.port)

function problemOf(
  tiers: readonly Tier[],
  { split, isAnnotated }: SplitOfRoute,
  inText: string,
): string | undefined {
  const [first] = tiers
  if (first === undefined) return `${inText} names none of its backends`
  if (tiers.every(({ weights }) => weights?.every((weight) => weight === 0)))
    return `${inText} gives every backend the weight 0; one must be able to serve`
  const inFirst = primaryIndexes(split).some((index) => first.members.includes(index))
  return isAnnotated && !inFirst
    ? `${inText} does not have the annotated primary in its first tier; remove one of the two annotations, or make them agree`
    : undefined
}
