import { counted } from './format.ts'
import type { RouteKey } from './route.ts'
import type { RouteState } from './states.ts'
import type { TimelineEntry } from './timeline-entry.ts'

/** What happened at one moment: to one route, or to many routes for the same cause. */
export interface Moment {
  /** Of its first entry, so it stays the same while the moment grows. */
  readonly id: string
  readonly what: TimelineEntry['what']
  /** Milliseconds since 1970: its first entry, and its last. */
  readonly from: number
  readonly to: number
  readonly routes: readonly RouteKey[]
  /** Oldest first. */
  readonly lines: readonly TimelineEntry[]
  readonly cluster: string | null
}

/** An entry of the same sort this long after the last one is a new moment (ms). */
const gapMs = 2000
/** The longest moment (ms): an endless series of entries is not one event. */
const longestMs = 60_000
/** The fewest routes of a mass event; fewer are shown one by one. */
export const massFrom = 5

interface Open {
  readonly what: TimelineEntry['what']
  readonly cluster: string | null
  readonly from: number
  to: number
  readonly lines: TimelineEntry[]
}

/**
 * Puts together what belongs together: the same thing that happened to many routes with primaries in the same
 * cluster, one right after the other.
 *
 * @param lines oldest first
 * @returns newest first, by when each began
 */
export function momentsOf(lines: readonly TimelineEntry[]): Moment[] {
  const open = new Map<string, Open>()
  const all: Open[] = []
  for (const line of lines) {
    const cause = `${verbOf(line)} ${line.cluster ?? ''}`
    const current = open.get(cause)
    if (current && line.at - current.to <= gapMs && line.at - current.from <= longestMs) {
      current.lines.push(line)
      current.to = Math.max(current.to, line.at)
    } else {
      const fresh = { what: line.what, cluster: line.cluster, from: line.at, to: line.at, lines: [line] }
      open.set(cause, fresh)
      all.push(fresh)
    }
  }
  return all.flatMap(closed).sort((one, other) => other.from - one.from)
}

/** A mass event as one moment; anything smaller as a moment for each entry. */
function closed({ what, cluster, from, to, lines }: Open): Moment[] {
  const routes = [...new Set(lines.map(({ key }) => key))]
  const [first] = lines
  if (first && routes.length >= massFrom) return [{ id: first.id, what, cluster, from, to, routes, lines }]
  return lines.map((line) => {
    return { id: line.id, what, cluster, from: line.at, to: line.at, routes: [line.key], lines: [line] }
  })
}

export const isMass = ({ routes }: Moment): boolean => routes.length > 1

/** What happened, in words that agree with the name of a route and with a number of them. */
export const verbOf = ({ what, state }: Pick<TimelineEntry, 'what' | 'state'>): string => {
  if (what === 'hold') return holds[state]
  if (what === 'failover' && state === 'drained') return 'left what is drained'
  return (state === 'primary' ? primaryVerbs[what] : undefined) ?? verbs[what]
}

const verbs = {
  failover: 'failed over',
  failback: 'went back to an earlier tier',
  redistribute: 'redistributed among secondaries',
  release: 'stopped holding',
  finding: 'has a finding',
  'awaiting-return': 'awaits approval of a return',
  end: 'is no longer controlled',
}

/** Of a route that is on its primary after it. */
const primaryVerbs: Readonly<Partial<typeof verbs>> = {
  failback: 'failed back to the primary',
  redistribute: 'redistributed within the first tier',
}

const holds: Readonly<Record<RouteState, string>> = {
  dark: 'went dark',
  misconfigured: 'became misconfigured',
  paused: 'became paused',
  hold: 'began to hold',
  failover: 'began to hold',
  drained: 'began to hold',
  primary: 'began to hold',
}

/** What happened to several routes, where it is another word. */
const pluralVerbs: Readonly<Partial<typeof verbs>> = {
  finding: 'have findings',
  'awaiting-return': 'await approval of a return',
  end: 'are no longer controlled',
}

/** What happened in a mass event, in words: `412 routes failed over from cluster east`. */
export function headOf({ what, routes, cluster, lines: [first] }: Moment): string {
  const place = cluster === null ? commonNamespace(routes) : `cluster ${cluster}`
  const isFrom = what === 'failover' && first?.state !== 'drained'
  const where = place ? ` ${isFrom ? 'from' : 'in'} ${place}` : ''
  return `${counted(routes.length, 'route')} ${first ? verbOfMany(first) : ''}${where}`
}

const verbOfMany = (line: TimelineEntry): string =>
  (line.what === 'hold' ? undefined : pluralVerbs[line.what]) ?? verbOf(line)

/** `namespace shop` where all routes are in one. */
function commonNamespace(routes: readonly RouteKey[]): string | undefined {
  const [first] = routes
  const namespace = first?.split('/')[1]
  const isCommon = routes.every((key) => key.split('/')[1] === namespace)
  return namespace && isCommon ? `namespace ${namespace}` : undefined
}
