/** A timer that was set; cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void
}

/** All the time that code under `src/` may know. Handed in, so that a test or a simulation owns it. */
export interface Clock {
  /** Milliseconds from an arbitrary start, never going back. For durations and deadlines. */
  now(): number
  /** The wall clock. For timestamps that people and the API server read; it may jump. */
  wallTime(): Date
  /** Calls `callback` once, `ms` milliseconds from now. */
  after(ms: number, callback: () => void): Timer
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

/**
 * A time of day is compared with the wall clock at least so often (ms), so that a clock that was set is
 * followed soon.
 */
export const timeOfDayLookMs = 60_000

/** Resolves after `ms` milliseconds, or at once when `signal` is aborted; never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const finish = () => {
      timer.cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = clock.after(ms, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
}
