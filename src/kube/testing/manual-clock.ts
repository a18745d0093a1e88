import type { Clock } from '../../base/clock.ts'

/** A clock that stands until told to go. */
export interface ManualClock extends Clock {
  /** Goes on by `ms`, fires the timers that fall due in their order, and lets the work they cause settle. */
  advance(ms: number): Promise<void>
  /** Timers that wait. */
  readonly pending: number
}

/** Lets promises settle that wait for nothing but each other. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

export function createManualClock(startsAt = Date.UTC(2026, 0, 1)): ManualClock {
  const timers = new Set<{ at: number; callback: () => void }>()
  let now = 0
  const nextBefore = (end: number) => [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  return {
    now: () => now,
    wallTime: () => new Date(startsAt + now),
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (let timer = nextBefore(end); timer; timer = nextBefore(end)) {
        timers.delete(timer)
        now = timer.at
        timer.callback()
        await settle()
      }
      now = end
    },
    get pending() {
      return timers.size
    },
  }
}
