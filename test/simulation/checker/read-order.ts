import type { AskedTier, Sections } from './sections.ts'
import type { Order, Tier } from './tiers.ts'

const mostTiers = 8

const annotation = (name: string) => `failover.linkerd.io/${name}`

/** What an order is read from: the backends of one split, and the names of all that the route has. */
export interface Named {
  /** Whether a backend (by its place) has the name. */
  readonly isNamed: (place: number, name: string) => boolean
  readonly isNamedAnywhere: (name: string) => boolean
  /** The cluster that serves a backend (by its place). */
  readonly clusterOf: (place: number) => string | undefined
  readonly count: number
  readonly primaries: readonly number[]
  /** Those that stand in for the primary where no order is written. */
  readonly others: readonly number[]
  readonly limit: number
}

/** The order that a route asks for by its annotations, and policies besides; `broken`: it makes no sense. */
export function readOrder(
  annotations: Readonly<Record<string, string>>,
  named: Named,
  policies?: Sections,
): Order | 'broken' | undefined {
  const written = annotations[annotation('tiers')]
  const names = ['tiers', 'failback-after', 'min-ready'].map(annotation)
  if (!policies && names.every((name) => annotations[name] === undefined)) return undefined
  const { tiers: asked, minReady = { count: 1 }, failover, failback } = { ...policies, ...ownOf(annotations) }
  const sections = {
    minReady,
    waitMs: failback?.waitMs ?? 0,
    ...(failback?.toReturn ? { toReturn: failback.toReturn } : {}),
    ...(failback?.isManual ? { isManual: true as const } : {}),
    ...(failover ? { grace: graceOf(failover) } : {}),
  }
  const isPrimaryNamed = annotations[annotation('primary-service')] !== undefined
  const agrees = (tiers: readonly Tier[]) =>
    !isPrimaryNamed || named.primaries.some((place) => tiers[0]?.places.includes(place))
  if (written !== undefined) {
    const tiers = readTiers(written, named)
    return !tiers || isMute(tiers) || !agrees(tiers) ? 'broken' : { tiers, ...sections }
  }
  const tiers = asked && namedTiers(asked.asked, asked.level === 'route', named)
  if (tiers === 'broken') return tiers
  return { tiers: tiers && agrees(tiers) ? tiers : usualTiers(named), ...sections }
}

/** The sections that annotations decide. */
export const ownSections = (annotations: Readonly<Record<string, string>>): string[] => [
  ...Object.keys(ownOf(annotations)),
  ...(annotations[annotation('tiers')] === undefined ? [] : ['tiers']),
]

/** What annotations ask for beside tiers; one that makes no sense is as if it were not there. */
function ownOf(annotations: Readonly<Record<string, string>>): Sections {
  const [, seconds] = /^(\d+)s$/.exec(annotations[annotation('failback-after')] ?? '') ?? []
  const least = annotations[annotation('min-ready')] ?? ''
  return {
    ...(/^[1-9]$/.test(least) ? { minReady: { count: Number(least) } } : {}),
    ...(seconds === undefined ? {} : { failback: { waitMs: Number(seconds) * 1000 } }),
  }
}

/** With some endpoints a backend is left no earlier than with none. */
const graceOf = ({ fewMs, downMs }: NonNullable<Sections['failover']>) => ({
  fewMs: Math.max(fewMs, downMs),
  downMs,
})

const usualTiers = ({ primaries, others }: Named): Tier[] =>
  [primaries, others].filter((places) => places.length > 0).map((places) => ({ places }))

const isMute = (tiers: readonly Tier[]) =>
  tiers.every(({ declared }) => declared?.every((weight) => weight === 0))

/** The tiers of a policy; `isExact`: it targets this very route, so each tier must have a backend of it. */
function namedTiers(asked: readonly AskedTier[], isExact: boolean, named: Named): Tier[] | 'broken' {
  const taken = new Set<number>()
  const tiers: Tier[] = []
  for (const one of asked) {
    const isTypo =
      one !== 'rest' && 'backends' in one && !one.backends.some(({ name }) => named.isNamedAnywhere(name))
    if (isExact && isTypo) return 'broken'
    const free = [...Array(named.count).keys()].filter((place) => !taken.has(place))
    const tier = namedTier(one, free, named)
    for (const place of tier.places) taken.add(place)
    if (tier.places.length > 0) tiers.push(tier)
  }
  return tiers.length === 0 || isMute(tiers) ? 'broken' : tiers
}

/** What a tier has of the places that no tier before it has. */
function namedTier(asked: AskedTier, free: readonly number[], { isNamed, clusterOf }: Named): Tier {
  if (asked === 'rest') return { places: free }
  if ('clusters' in asked)
    return { places: free.filter((place) => asked.clusters.includes(clusterOf(place) ?? '')) }
  const weights = new Map<number, number>()
  for (const { name, weight = 1 } of asked.backends)
    for (const place of free) if (isNamed(place, name) && !weights.has(place)) weights.set(place, weight)
  const isWeighed = asked.backends.some(({ weight }) => weight !== undefined)
  return { places: [...weights.keys()], ...(isWeighed ? { declared: [...weights.values()] } : {}) }
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
