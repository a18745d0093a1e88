import type { TimelineEntry } from './timeline-entry.ts'

/** Reaction times of the last transitions, oldest first, in two columns for a chart. */
export interface Reactions {
  /** Seconds since 1970. */
  readonly at: readonly number[]
  /** Milliseconds. */
  readonly ms: readonly number[]
  readonly median: number | undefined
  readonly p99: number | undefined
}

/** The time that the chart shows for dots at these (s since 1970): a second more than theirs, and a minute at least. */
export function shownSpan(at: ArrayLike<number>): [number, number] {
  const to = (at[at.length - 1] ?? 0) + 1
  return [Math.min((at[0] ?? to) - 1, to - 60), to]
}

/** @param lines oldest first; of those with a reaction time the last `most` are taken */
export function reactionsOf(lines: readonly TimelineEntry[], most: number): Reactions {
  const at: number[] = []
  const ms: number[] = []
  for (let index = lines.length - 1; index >= 0 && at.length < most; index -= 1) {
    const line = lines[index]
    if (line?.reactionMs == null) continue
    at.push(line.at / 1000)
    ms.push(line.reactionMs)
  }
  const sorted = [...ms].sort((one, other) => one - other)
  return { at: at.reverse(), ms: ms.reverse(), median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) }
}

/** The smallest value that is not below the wanted share of all. */
const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
