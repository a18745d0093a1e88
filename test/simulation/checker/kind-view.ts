import type { Process } from '../engine/process.ts'

/** A moment of the server up to which a process knew all objects of a kind, and when it came to know that. */
interface Known {
  readonly moment: number
  readonly at: number
}

/** From when to when (virtual ms) a process had a watch of them. */
interface Watched {
  readonly from: number
  to: number
  /** Whatever waited until then was done before the end of the watch: a frozen process finds both at its thaw. */
  doneTo: number
}

/** What a process has come to know of the objects of a kind, and when. Times are virtual ms. */
export class KindView {
  readonly #known: Known[] = []
  readonly #watches: Watched[] = []

  /** By now it knows all of them as they were at this moment. */
  knows(moment: number, at: number): void {
    const last = this.#known.at(-1)
    if (last?.moment !== moment) this.#known.push({ moment, at })
  }

  opened(at: number): void {
    this.#watches.push({ from: at, to: Number.POSITIVE_INFINITY, doneTo: Number.POSITIVE_INFINITY })
  }

  /** Its watch has ended; `doneTo`: up to when all that its timers had to do was done before that. */
  left(at: number, doneTo = at): void {
    for (const watch of this.#watches) {
      watch.to = Math.min(watch.to, at)
      watch.doneTo = Math.min(watch.doneTo, doneTo)
    }
  }

  /** Whether it can have known what was over at this moment. */
  mayHaveSeen(to: number): boolean {
    return this.#known.length === 0 || this.#known.some(({ moment }) => moment < to)
  }

  /** Whether it certainly knew what there was from one moment to another. */
  hasSeen(from: number, to: number): boolean {
    return this.#known.some(({ moment }) => from <= moment && moment < to)
  }

  /** When it last learnt of what happened at a moment; absent if it has not yet. */
  learnt(moment: number): Known | undefined {
    return this.#known.findLast(
      (known, place) => known.moment >= moment && (this.#known[place - 1]?.moment ?? 0) < moment,
    )
  }

  /** Whether it has had one watch for so long (ms) between two times, and done what waited for that. */
  hasWatchedFor(ms: number, from: number, to: number): boolean {
    return this.#watches.some((watch) => Math.min(watch.doneTo, to) - Math.max(watch.from, from) > ms)
  }

  /** When it lost its watch; absent while it has one, or never had any. */
  get leftAt(): number | undefined {
    const last = this.#watches.at(-1)?.to
    return last === Number.POSITIVE_INFINITY ? undefined : last
  }

  /** When it first knew all of them. */
  get firstKnownAt(): number | undefined {
    return this.#known[0]?.at
  }
}

/** A timer is late by so much at most (ms), but for a process that was frozen. */
const lateMs = 5
/** What a process finds at its thaw it has done after so long (ms). */
const thawedMs = 1_000
/** The time of day is looked at so often (ms). */
const longestLookMs = 60_000

/** The time (virtual ms) up to which all timers of a process have certainly gone off. */
export const timersDone = ({ thawed }: Process, at: number): number =>
  thawed && at - thawed.at <= thawedMs ? Math.min(thawed.from, at - lateMs) : at - lateMs

/** What a process may take for the time of day (ms since the beginning of the story). */
export function timesOfDay(process: Process, at: number): readonly number[] {
  const done = timersDone(process, at)
  const former = process.jumps.filter((jump) => jump.at >= done - longestLookMs)
  const skews = [process.skewMs, ...former.map(({ before }) => before)]
  return [...new Set(skews.flatMap((skew) => [at + skew, done + skew]))]
}

/** Everything that its clock was ever off by (ms). */
export const skewsOf = ({ jumps, skewMs }: Process): readonly number[] => [
  skewMs,
  ...jumps.map(({ before }) => before),
]

/** Whether its time of day was past this one (ms since the beginning of the story) before its clock was last set. */
export const wasPast = ({ jumps }: Process, time: number, since: number): boolean =>
  jumps.some(({ at, before }) => at > since && at + before >= time)
