import { declaredBy } from './policy/tiers.ts'
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
 * declared 100/0 fails over to 0/100 and comes back to exactly 100/0. Active backends for which a policy
 * declares weights get these. Weights in the same proportions need no write, whatever their scale.
 */
export function makePlan(split: Split, answer: Answer): SplitPlan {
  if (answer.kind === 'hold') return []
  const active = new Set(answer.active)
  const shares = split.backends.map((_, index) => (active.has(index) ? shareOf(split, index) : 0))
  if (active.size === 0 || isInEffect(split, shares)) return []
  const scale = scaleOf(split)
  return split.backends.flatMap((backend, index) => {
    const to = active.has(index) ? (declaredOf(split, index) ?? scale) : 0
    return weightOf(split, backend) === to ? [] : [{ index, from: backend.weight, to }]
  })
}

/** The weight that a policy declares for a backend; `undefined` if its tier declares none. */
const declaredOf = ({ policy }: Split, index: number): number | undefined =>
  policy && declaredBy(policy, index)

const shareOf = (split: Split, index: number): number => declaredOf(split, index) ?? 1

/** The split once `plan` is applied. */
export function applyPlan(split: Split, plan: SplitPlan): Split {
  const weights = new Map(plan.map(({ index, to }) => [index, to]))
  const backends = split.backends.map((backend, index) => ({
    ...backend,
    weight: weights.get(index) ?? backend.weight,
  }))
  return { ...split, backends }
}

/** True when the traffic is shared in these proportions. */
function isInEffect(split: Split, shares: readonly number[]): boolean {
  const weights = weightsOf(split)
  const first = shares.findIndex((share) => share > 0)
  const [share = 0, weight = 0] = [shares[first], weights[first]]
  return weight > 0 && weights.every((other, index) => other * share === (shares[index] ?? 0) * weight)
}

/** W: an integer from 1 to what the kind can carry. */
function scaleOf(split: Split): number {
  const largest = Math.max(0, ...weightsOf(split))
  return Math.min(Math.max(1, Math.ceil(largest)), split.maxWeight)
}
