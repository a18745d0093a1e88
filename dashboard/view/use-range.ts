import { useState } from 'preact/hooks'
import { panned, type TimeScale, zoomed } from '../model/time-scale.ts'

/** The stretch of time that the lanes show, and the ways to change it. */
export interface Range {
  /** For a picture of so many pixels. */
  readonly scale: (width: number) => TimeScale
  /** True while it ends at the present. */
  readonly isFollowing: boolean
  /** Its length (ms). */
  readonly span: number
  /** The last so many ms up to the present; all that is remembered with `undefined`. */
  readonly last: (ms: number | undefined) => void
  /** From a time to another, with some room on both sides. */
  readonly look: (from: number, to: number) => void
  /** A share of the span: positive is later. */
  readonly pan: (share: number) => void
  /** Below 1 goes closer; `at` is the point of the picture (0 to 1) that keeps its place. */
  readonly zoom: (factor: number, at: number) => void
}

const minute = 60_000

/** The buttons' spans; a new page shows the shortest of them that shows all, but no more than an hour. */
export const spans = [minute, 15 * minute, 60 * minute, 360 * minute, 1440 * minute]
const longestAtFirst = 60 * minute

const spanFor = (age: number) => Math.min(longestAtFirst, spans.find((span) => span >= age) ?? longestAtFirst)

export function useRange(now: number, oldest: number | undefined): Range {
  const [span, setSpan] = useState(() => spanFor(now - (oldest ?? now)))
  const [fixedEnd, fixEnd] = useState<number>()
  const end = fixedEnd ?? now
  const set = ({ from, to }: { from: number; to: number }) => {
    setSpan(to - from)
    fixEnd(to >= now ? undefined : to)
  }
  const scale = (width: number): TimeScale => ({ from: end - span, to: end, width })
  return {
    scale,
    span,
    isFollowing: fixedEnd === undefined,
    last: (ms) => {
      setSpan(ms ?? Math.max(minute, (now - (oldest ?? now)) * 1.05))
      fixEnd(undefined)
    },
    look: (from, to) => {
      const room = Math.max(500, (to - from) / 4)
      set({ from: from - room, to: to + room })
    },
    pan: (share) => set(panned(scale(1), share)),
    zoom: (factor, at) => set(zoomed(scale(1), factor, fixedEnd === undefined ? 1 : at)),
  }
}
