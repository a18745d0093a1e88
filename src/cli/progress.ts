import type { Io } from './io.ts'

/** Shows the progress of a long read on standard error; silent if that is not a terminal. */
export interface Progress {
  /** One more object of a kind was read. */
  count(what: string): void
  /** Takes the line away again. */
  clear(): void
}

/** For reads that show nothing. */
export const noProgress: Progress = { count: () => {}, clear: () => {} }

const everyMs = 200

/** One line that is written over, at most five times a second; a short reading shows nothing at all. */
export function createProgress({ stderr, clock }: Pick<Io, 'stderr' | 'clock'>): Progress {
  if (!stderr.isTerminal) return noProgress
  const counts = new Map<string, number>()
  let shownAt = clock.now()
  let width = 0
  return {
    count: (what) => {
      counts.set(what, (counts.get(what) ?? 0) + 1)
      if (clock.now() - shownAt < everyMs) return
      shownAt = clock.now()
      const text = `reading: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`
      const line = text.slice(0, (stderr.columns ?? 80) - 1)
      stderr.write(`\r${line.padEnd(width)}`)
      width = line.length
    },
    clear: () => {
      if (width > 0) stderr.write(`\r${' '.repeat(width)}\r`)
      width = 0
    },
  }
}
