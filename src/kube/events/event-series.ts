import type { Clock } from '../../base/clock.ts'
import { type EventInput, eventName, type Series, seriesKey } from './event-object.ts'

/** An equal event within this time joins the series; client-go's number. */
const seriesMs = 6 * 60_000
/** At least this many series are remembered, and less than twice as many. */
const minSeries = 2000

export interface TrackedSeries extends Series {
  input: EventInput
  count: number
  lastSeen: Date
  /** On the clock (ms), as `queuedAt`. */
  seenAt: number
  queuedAt: number
  /** The count that the server knows, 0 before it knows the event. */
  written: number
  /** Also while it is sent. */
  queued: boolean
}

/** The series of the last minutes, so that equal events become one. */
export class SeriesBook {
  readonly #options: { readonly clock: Clock; readonly random: () => number }
  #known = new Map<string, TrackedSeries>()
  /** The generation before `#known`; dropped as a whole when `#known` is full. */
  #older = new Map<string, TrackedSeries>()

  constructor(options: { readonly clock: Clock; readonly random: () => number }) {
    this.#options = options
  }

  /** The series that the event belongs to, with the event counted in. */
  count(input: EventInput): TrackedSeries {
    const key = seriesKey(input)
    const { clock, random } = this.#options
    const wallTime = clock.wallTime()
    let series = this.#known.get(key) ?? this.#older.get(key)
    if (series && clock.now() - series.seenAt < seriesMs) {
      series.input = input
      series.count += 1
      series.lastSeen = wallTime
      series.seenAt = clock.now()
    } else {
      const name = eventName(input.regarding.name, wallTime, random())
      const times = { firstSeen: wallTime, lastSeen: wallTime, seenAt: clock.now(), queuedAt: 0 }
      series = { input, name, ...times, count: 1, written: 0, queued: false }
    }
    this.#remember(key, series)
    return series
  }

  /**
   * Forgets the older half at once: finding the single oldest in a Map would cost more than everything else
   * here.
   */
  #remember(key: string, series: TrackedSeries): void {
    this.#known.set(key, series)
    if (this.#known.size < minSeries) return
    this.#older = this.#known
    this.#known = new Map()
  }
}
