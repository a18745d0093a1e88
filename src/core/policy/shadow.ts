import { ruleOf } from '../decide.ts'
import type { Verdict } from '../judge.ts'
import { weightsOf } from '../split.ts'
import type { Answer, Split } from '../types.ts'

/**
 * The split as it would be if no policy were a DryRun, with the weights that it would have (`undefined`: those that it has);
 * `undefined` if that is no other than it is.
 */
export function shadowOf(split: Split, weights?: readonly (number | undefined)[]): Split | undefined {
  const { shadow, shadowProblem, ...real } = split
  if (shadow === undefined && shadowProblem === undefined) return undefined
  const backends = weights
    ? split.backends.map((backend, index) => ({ ...backend, weight: weights[index] }))
    : split.backends
  const first = backends[shadow?.tiers[0]?.members[0] ?? 0]
  const primary = shadow && first?.service
  return { ...real, backends, primary, primaryPort: undefined, problem: shadowProblem, policy: shadow }
}

/** True if traffic is shared in the same way, whatever the scale of the weights. */
export function isSharedAlike(one: Split, other: Split): boolean {
  const [some, others] = [weightsOf(one), weightsOf(other)]
  const [sum, otherSum] = [sumOf(some), sumOf(others)]
  return some.every((weight, index) => weight * otherSum === (others[index] ?? 0) * sum)
}

const sumOf = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0)

/** How a split would be served, as one sentence: "would fail over: shop/web has 0 of 3 endpoints ready; …". */
export const wouldText = ({ decision: { rule, kind }, reason }: Verdict): string =>
  `${ruleOf(rule).openings?.[kind] ?? wouldBe[kind]}: ${reason}`

const wouldBe: Readonly<Record<Answer['kind'], string>> = {
  hold: 'would hold',
  primary: 'would be on its primary',
  failover: 'would fail over',
}
