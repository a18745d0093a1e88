import { isMass, type Moment } from './moments.ts'
import type { RouteKey } from './route.ts'
import type { RouteState } from './states.ts'
import { pixelOf, type TimeScale } from './time-scale.ts'
import type { TimelineEntry } from './timeline-entry.ts'

/** A stretch of a lane in one state, in pixels. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly state: RouteState
  /** How many entries began within the stretch: more than one if they are too close together to show. */
  readonly count: number
  /** Of the first of them. */
  readonly at: number
  readonly sentence: string
}

/** One row of the picture: a route, or the many routes that only ever moved together. */
export interface Lane {
  readonly id: string
  readonly title: string
  /** One for a route, all of them for a group. */
  readonly routes: readonly RouteKey[]
  /** Oldest first. */
  readonly lines: readonly TimelineEntry[]
  /** When something happened in it last. */
  readonly last: number
}

/**
 * A lane for each route to which anything happened, the one that moved last on top. Routes that were only
 * ever part of mass events of one cluster share one lane: twelve hundred equal lines say no more than one.
 *
 * @param moments of the same entries
 */
export function lanesOf(moments: readonly Moment[]): Lane[] {
  const groups = new Map<string, TimelineEntry[]>()
  const groupOf = groupsOf(moments)
  for (const { lines } of moments) {
    for (const line of lines) {
      const id = groupOf.get(line.key) ?? line.key
      const group = groups.get(id)
      if (group) group.push(line)
      else groups.set(id, [line])
    }
  }
  return [...groups].map(([id, lines]) => laneOf(id, lines)).sort((one, other) => other.last - one.last)
}

/** The shared lane of each route that was only ever part of mass events of one cluster. */
function groupsOf(moments: readonly Moment[]): Map<RouteKey, string> {
  const groups = new Map<RouteKey, string>()
  const loners = new Set<RouteKey>()
  for (const moment of moments) {
    const id = `mass ${moment.cluster ?? ''}`
    for (const key of moment.routes) {
      if (!isMass(moment) || (groups.get(key) ?? id) !== id) loners.add(key)
      else groups.set(key, id)
    }
  }
  for (const key of loners) groups.delete(key)
  return groups
}

function laneOf(id: string, unsorted: readonly TimelineEntry[]): Lane {
  const lines = [...unsorted].sort((one, other) => one.at - other.at || one.revision - other.revision)
  const routes = [...new Set(lines.map(({ key }) => key))]
  return { id, title: id, routes, lines, last: lines.at(-1)?.at ?? 0 }
}

/** Entries closer than this cannot be distinguished (pixels). */
const closest = 3

/**
 * What a route's lane shows: the state after each entry until the next, or until `now`. Before the first
 * nothing is known, and after the end of a route there is nothing: neither is drawn.
 */
export function segmentsOf(lines: readonly TimelineEntry[], scale: TimeScale, now: number): Segment[] {
  const segments: Segment[] = []
  const end = Math.min(scale.width, pixelOf(scale, now))
  for (const [index, line] of lines.entries()) {
    if (line.what === 'end') continue
    const next = lines[index + 1]
    const from = Math.max(0, pixelOf(scale, line.at))
    const to = next ? Math.min(end, pixelOf(scale, next.at)) : end
    if (to < 0 || from > scale.width) continue
    const previous = segments.at(-1)
    const { state, sentence, at } = line
    if (previous && previous.to - previous.from < closest) {
      segments[segments.length - 1] = { ...previous, to, state, count: previous.count + 1 }
    } else segments.push({ from, to, state, count: 1, at, sentence })
  }
  return segments
}

/** A point of a group's lane: from this pixel on, so many of its routes are not on their primary. */
export interface Level {
  readonly pixel: number
  readonly away: number
}

/** What a group's lane shows: how many of its routes are away from their primary, over time. */
export function levelsOf(lines: readonly TimelineEntry[], scale: TimeScale): Level[] {
  const away = new Set<RouteKey>()
  const levels: Level[] = []
  for (const line of lines) {
    if (line.state === 'primary' || line.what === 'end') away.delete(line.key)
    else away.add(line.key)
    const pixel = Math.min(scale.width, Math.max(0, Math.round(pixelOf(scale, line.at))))
    if (levels.at(-1)?.pixel === pixel) levels.pop()
    levels.push({ pixel, away: away.size })
  }
  return levels
}
