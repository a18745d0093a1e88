import type { ReadinessOf, Split } from './table.ts'
import { weightsOf } from './table.ts'

/** Which moves limits may hold up, written down from docs/developing/DECISIONS.md and nothing else. */

/** Whether a split may stay as it is for a while, though the table gives it other weights. */
export function mayBeHeld(split: Split, wanted: readonly number[], readiness: ReadinessOf): boolean {
  const now = weightsOf(split)
  const [sum, newSum] = [now, wanted].map((weights) => weights.reduce((all, one) => all + one, 0))
  const isNeeded = split.backends.some(
    ({ weight, called }, place) =>
      readiness(called) === 'down' && (wanted[place] ?? 0) * (sum ?? 0) < weight * (newSum ?? 0),
  )
  return split.isLimited === true && sum !== 0 && !isNeeded
}
