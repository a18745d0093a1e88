import type { Threshold } from '../checker/count.ts'

/** How many endpoints owners call enough in stories; the checker knows of each since when something has that many. */
export const thresholds: readonly Threshold[] = [
  { count: 1 },
  { count: 2 },
  { count: 3 },
  { count: 1, percent: 60 },
  { count: 1, percent: 50, expected: 4 },
  { count: 2, percent: 100, expected: 3 },
]
