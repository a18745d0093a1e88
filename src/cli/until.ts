import type { Clock } from '../base/clock.ts'

/**
 * The time of day in so many ms, in RFC 3339: to the second, and never before the time that was asked for.
 */
export const timeIn = (clock: Clock, ms: number): string =>
  new Date(Math.ceil((clock.wallTime().getTime() + ms) / 1000) * 1000).toISOString().replace('.000', '')
