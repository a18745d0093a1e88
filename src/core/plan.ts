import { weightOf, weightsOf } from './split.ts'
import type { Answer, Split } from './types.ts'

/** One weight to move. `from` is what the plan saw, so that a write can refuse to touch anything else. */
export interface WeightChange {
  readonly index: number
  readonly from: number | undefined
  readonly to: number
}

/** The smallest set of weight changes that turns a split into what was decided; often empty. */
export type SplitPlan = readonly WeightChange[]

/**
 * Every active backend gets W, every other 0, where W is the largest weight that the split has now: a split
 * declared 100/0 fails over to 0/100 and comes back to exactly 100/0. Equal positive weights on exactly the
 * active backends need no write, whatever their scale.
 */
export function makePlan(split: Split, answer: Answer): SplitPlan {
  if (answer.kind === 'hold') return []
  const active = new Set(answer.active)
  if (active.size === 0 || isInEffect(split, active)) return []
  const scale = scaleOf(split)
  return split.backends.flatMap((backend, index) => {
    const to = active.has(index) ? scale : 0
    return weightOf(split, backend) === to ? [] : [{ index, from: backend.weight, to }]
  })
}

/** The split once `plan` is applied. */
export function applyPlan(split: Split, plan: SplitPlan): Split {
  const weights = new Map(plan.map(({ index, to }) => [index, to]))
  const backends = split.backends.map((backend, index) => ({
    ...backend,
    weight: weights.get(index) ?? backend.weight,
  }))
  return { ...split, backends }
}

/** True when exactly the `active` backends (indexes) carry traffic, in equal shares. */
function isInEffect(split: Split, active: ReadonlySet<number>): boolean {
  const weights = weightsOf(split)
  const shared = weights.find((_, index) => active.has(index)) ?? 0
  return shared > 0 && weights.every((weight, index) => weight === (active.has(index) ? shared : 0))
}

/** W: an integer from 1 to what the kind can carry. */
function scaleOf(split: Split): number {
  const largest = Math.max(0, ...weightsOf(split))
  return Math.min(Math.max(1, Math.ceil(largest)), split.maxWeight)
}
