import type { Pause, Split } from './types.ts'

/** The split at this time of day (epoch ms): not paused any more if its pause has ended. */
export function pausedAt(split: Split, today: number): Split {
  const until = split.paused ? split.pause?.until : undefined
  return until === undefined || today < until ? split : { ...split, paused: false }
}

/** That it is paused, by whom, until when and why, as far as that is known. */
export function pauseText(
  { until, by, reason }: Pause = { until: undefined, by: undefined, reason: undefined },
) {
  const who = `paused by ${by ?? 'its annotation'}`
  const end = until === undefined ? '' : ` until ${timeText(until)}`
  return `${who}${end}${reason === undefined ? '' : `: ${reason}`}`
}

/** A time of day (epoch ms) to the second: `2026-12-01T06:00:00Z`. */
export const timeText = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '')
