import { type Clock, systemClock } from '../../base/clock.ts'

/** A clock on which time passes `factor` times faster, for what is a matter of seconds. */
export const fastClock = (factor: number): Clock => ({
  now: () => systemClock.now() * factor,
  wallTime: systemClock.wallTime,
  after: (ms, callback) => systemClock.after(ms / factor, callback),
})
