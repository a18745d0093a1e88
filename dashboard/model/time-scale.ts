/** A stretch of time that is shown on so many pixels. */
export interface TimeScale {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Pixels. */
  readonly width: number
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The possible distances between two marks of an axis. */
const steps = [
  1,
  10,
  100,
  second,
  2 * second,
  5 * second,
  10 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  7 * day,
  30 * day,
  365 * day,
]

/** No zoom goes below this: transitions are milliseconds apart at the closest. */
const closest = 50
const widest = 400 * day

export const pixelOf = ({ from, to, width }: TimeScale, at: number): number =>
  ((at - from) / (to - from)) * width

export const timeOf = ({ from, to, width }: TimeScale, pixel: number): number =>
  from + (pixel / width) * (to - from)

/** A factor below 1 goes closer; the time under `pixel` stays where it is. */
export function zoomed(scale: TimeScale, factor: number, pixel: number): TimeScale {
  const span = scale.to - scale.from
  const wanted = Math.min(widest, Math.max(closest, span * factor))
  const fixed = timeOf(scale, pixel)
  const from = fixed - (pixel / scale.width) * wanted
  return { ...scale, from, to: from + wanted }
}

/** Moves by a share of what is seen; positive is later. */
export function panned(scale: TimeScale, share: number): TimeScale {
  const shift = (scale.to - scale.from) * share
  return { ...scale, from: scale.from + shift, to: scale.to + shift }
}

export interface Tick {
  readonly at: number
  readonly pixel: number
  readonly text: string
}

/** Marks at round times of the reader's clock, at least `apart` pixels from each other. */
export function ticks(scale: TimeScale, apart: number): Tick[] {
  const least = ((scale.to - scale.from) / scale.width) * apart
  const step = steps.find((one) => one >= least) ?? 365 * day
  const zone = new Date(scale.from).getTimezoneOffset() * minute
  const marks: Tick[] = []
  for (let at = Math.ceil((scale.from - zone) / step) * step + zone; at <= scale.to; at += step) {
    marks.push({ at, pixel: pixelOf(scale, at), text: tickText(at, step) })
  }
  return marks
}

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0')

function tickText(at: number, step: number): string {
  const date = new Date(at)
  if (step >= day) return `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  if (step >= minute) return minutes
  if (step >= second) return `${minutes}:${pad(date.getSeconds())}`
  return `${minutes}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`
}
