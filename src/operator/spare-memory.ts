import type { Clock, Timer } from '../base/clock.ts'

/** Between two looks (ms). */
const lookEveryMs = 1_000

export interface SpareMemory {
  readonly clock: Clock
  /** Whether the process knows all that it needs, and has nothing to do. */
  readonly isAtRest: () => boolean
  /** V8's own. Stops the process for as long as it takes. */
  readonly gc: (options: { type: 'major'; flavor: 'last-resort' }) => unknown
}

/**
 * Collects garbage once, when the start is over: at the second look in a row that finds the process at rest,
 * which is 1 to 2 s after its last work. While the first lists are read, V8 takes up to twice of what is kept
 * in the end, and by itself it gives back little of it. `cancel` ends the looking.
 */
export function giveBackMemory({ clock, isAtRest, gc }: SpareMemory): Timer {
  let hasRested = false
  const look = () => {
    const rests = isAtRest()
    // Of all kinds of collections this alone empties V8's pool of free pages.
    if (rests && hasRested) gc({ type: 'major', flavor: 'last-resort' })
    else timer = clock.after(lookEveryMs, look)
    hasRested = rests
  }
  let timer = clock.after(lookEveryMs, look)
  return { cancel: () => timer.cancel() }
}
