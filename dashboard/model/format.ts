/** How numbers and times are written for people. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const plain = new Intl.NumberFormat('en-US')

/** `10,000` */
export const count = (number: number): string => plain.format(number)

/** `1 route`, `412 routes` */
export const counted = (number: number, noun: string): string =>
  `${count(number)} ${noun}${number === 1 ? '' : 's'}`

/**
 * A time that machines need: `4.1 ms`, `120 ms`, `1.8 s`, `23 s`; two digits are as much as anybody reads.
 */
export function brief(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  if (ms < second) return `${Math.round(ms)} ms`
  if (ms < 10 * second) return `${(ms / second).toFixed(1)} s`
  return ms < 2 * minute ? `${Math.round(ms / second)} s` : lasting(ms)
}

/**
 * A time that people wait: `8 s`, `12 min`, `3 h 20 min`, `4 d 2 h`. A clock that is ahead counts as no time.
 */
export function lasting(ms: number): string {
  if (ms < second) return '0 s'
  if (ms < minute) return `${Math.floor(ms / second)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  if (ms < day) return twoUnits(ms, [hour, 'h'], [minute, 'min'])
  return twoUnits(ms, [day, 'd'], [hour, 'h'])
}

/** The same to the second below an hour, for a time that runs out: `41 s`, `12 min 5 s`, `3 h 20 min`. */
export const lastingLong = (ms: number): string =>
  ms >= minute && ms < hour ? twoUnits(ms, [minute, 'min'], [second, 's']) : lasting(ms)

function twoUnits(ms: number, [large, largeName]: [number, string], [small, smallName]: [number, string]) {
  const rest = Math.floor((ms % large) / small)
  const head = `${Math.floor(ms / large)} ${largeName}`
  return rest > 0 ? `${head} ${rest} ${smallName}` : head
}

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0')

/** The time of day where the reader is: `03:02:11`. */
export const timeOfDay = (date: Date): string =>
  `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`

/** `2026-11-24`, where the reader is. */
const dayOf = (date: Date): string =>
  `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`

/** The time of day, with the date when that is not the day of `now`. */
export function clock(at: number, now: number): string {
  const date = new Date(at)
  return dayOf(date) === dayOf(new Date(now)) ? timeOfDay(date) : `${dayOf(date)} ${timeOfDay(date)}`
}

/** A share of 0 to 1: `33 %`, `99.7 %`. 100 % is said of nothing but all, 0 % of nothing but none. */
export function percent(share: number): string {
  if (share <= 0) return '0 %'
  if (share >= 1) return '100 %'
  if (share < 0.01 || share > 0.99) return `${Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1)} %`
  return `${Math.round(share * 100)} %`
}

/** Words as a list: `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
