import type { Clock } from '../clock.ts'
import { type EventInput, eventName, type Series, seriesKey } from './event-object.ts'

/** An equal event within this time joins the series; client-go's number. */
const seriesMs = 6 * 60_000
const maxSeries = 2000

/** `told`: the count that the server knows, 0 before it knows the event. `queued`: also while it is sent. */
export type ToTell = Series & { seenAt: number; queuedAt: number; told: number; queued: boolean }

/** The series of the last minutes, so that equal events become one. */
export class SeriesBook {
  readonly #options: { readonly clock: Clock; readonly random: () => number }
  readonly #known = new Map<string, ToTell>()

  constructor(options: { readonly clock: Clock; readonly random: () => number }) {
    this.#options = options
  }

  /** The series that the event belongs to, with the event counted in. */
  count(input: EventInput): ToTell {
    const key = seriesKey(input)
    const { clock, random } = this.#options
    const wallTime = clock.wallTime()
    let series = this.#known.get(key)
    if (series && clock.now() - series.seenAt < seriesMs) {
      Object.assign(series, { input, count: series.count + 1, lastSeen: wallTime, seenAt: clock.now() })
    } else {
      const name = eventName(input.regarding.name, wallTime, random())
      const times = { firstSeen: wallTime, lastSeen: wallTime, seenAt: clock.now(), queuedAt: 0 }
      series = { input, name, ...times, count: 1, told: 0, queued: false }
    }
    this.#remember(key, series)
    return series
  }

  /** Keeps the map in the order of last use, and bounded. */
  #remember(key: string, series: ToTell): void {
    this.#known.delete(key)
    this.#known.set(key, series)
    if (this.#known.size <= maxSeries) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
