import type { Verdict } from './judge.ts'
import { weightOf } from './split.ts'

/**
 * True if the plan of a split is needed: nothing that has weight can serve, something else can, and all of it
 * is known. Every other plan only makes better what serves already.
 */
export function isNeeded({ split, readiness, decision, plan }: Verdict): boolean {
  if (plan.length === 0 || decision.kind === 'hold') return false
  const state = (index: number) => readiness[index]?.state ?? 'unknown'
  const isServed = split.backends.some(
    (backend, index) => weightOf(split, backend) > 0 && state(index) !== 'down',
  )
  const isKnown = split.backends.every((_, index) => state(index) !== 'unknown')
  return isKnown && !isServed && decision.active.some((index) => state(index) === 'ready')
}
