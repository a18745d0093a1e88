/** Waiting times that double, each with jitter so that clients of one server do not come back together. */
export interface Backoff {
  /**
   * The next wait in ms: between half of the current limit and all of it; the limit doubles up to `maxMs`.
   */
  next(): number
  /** Starts again at the shortest wait. */
  reset(): void
}

/** The first wait is between `minMs` and twice that, no wait is above `maxMs`. `random` is in [0, 1). */
export function createBackoff(minMs: number, maxMs: number, random: () => number): Backoff {
  let limit = minMs * 2
  return {
    next() {
      const current = Math.min(limit, maxMs)
      limit = Math.min(limit * 2, maxMs)
      return current / 2 + (random() * current) / 2
    },
    reset() {
      limit = minMs * 2
    },
  }
}
