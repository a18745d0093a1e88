import type { DrainItem } from '../live/api.ts'
import { clock, lastingLong, listed } from './format.ts'
import { pixelOf, type TimeScale } from './time-scale.ts'

/** `cluster east`, `this cluster` or a Service: what a Drain takes out, as a list. */
export const targetWords = ({ from }: Pick<DrainItem, 'from'>): string =>
  listed(
    from.map(({ cluster, service }) =>
      cluster === null ? `${service}` : cluster === 'Local' ? 'this cluster' : `cluster ${cluster}`,
    ),
  )

/** Those in effect. The server sends them in the order in which they end. */
export const inEffect = (drains: readonly DrainItem[]): DrainItem[] =>
  drains.filter(({ endedAt }) => endedAt === null)

export const drainTitle = ({ namespace, name }: Pick<DrainItem, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`

/** `ends in 2 h 5 min, at 16:00:00`. */
export function endWords({ until }: Pick<DrainItem, 'until'>, now: number): string {
  const at = Date.parse(until)
  return `ends in ${lastingLong(Math.max(0, Math.ceil((at - now) / 1000) * 1000))}, at ${clock(at, now)}`
}

/** What has become of the routes that it concerns. */
export function movedWords({ routes: { moved, left } }: Pick<DrainItem, 'routes'>): string {
  if (moved + left === 0) return 'no route has a backend there'
  const routes = moved === 1 ? '1 route sends' : `${moved} routes send`
  const still = left === 1 ? '1 still does' : `${left} still do`
  return `${routes} no traffic there${left > 0 ? `, ${still}` : ''}`
}

/** Ends a Drain: for a person to paste, since the page changes nothing. */
export const endCommand = ({ namespace, name }: Pick<DrainItem, 'namespace' | 'name'>): string =>
  `kubectl -n ${namespace} delete drains.failover.linkerd.io ${name}`

/** A Drain on the timeline, in pixels. */
export interface Band {
  readonly id: string
  readonly from: number
  readonly to: number
  /** From 0, so that those of one time are below each other. */
  readonly row: number
  readonly isOver: boolean
  readonly text: string
  readonly title: string
}

/** The most rows of bands; what does not fit shares the last one. */
const mostRows = 4

/** The Drains that touch the picture. One in effect goes on to its end, which may be later than `now`. */
export function bandsOf(drains: readonly DrainItem[], scale: TimeScale, now: number): Band[] {
  const ends: number[] = []
  const oldestFirst = [...drains].sort((one, other) => Date.parse(one.since) - Date.parse(other.since))
  return oldestFirst.flatMap((drain) => {
    const [since, end] = [Date.parse(drain.since), Date.parse(drain.endedAt ?? drain.until)]
    const from = Math.max(0, pixelOf(scale, since))
    const to = Math.min(scale.width, pixelOf(scale, end))
    if (to < 0 || from > scale.width || to <= from) return []
    const text = `${targetWords(drain)} drained`
    const title = `${drainTitle(drain)}: ${targetWords(drain)}, from ${clock(since, now)} to ${clock(end, now)}: ${drain.reason}`
    const free = ends.findIndex((taken) => taken <= from)
    const row = Math.min(mostRows - 1, free < 0 ? ends.length : free)
    ends[row] = to
    return [
      { id: `${drainTitle(drain)} ${since}`, from, to, row, isOver: drain.endedAt !== null, text, title },
    ]
  })
}
