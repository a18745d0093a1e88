import { indexesOf, primaryIndexes } from '../split.ts'
import type { Answer, Split } from '../types.ts'
import type { Commitment, Policy, Tier } from './types.ts'

/** The tier of a backend (index); the number of tiers if it is in none. */
export function tierOf({ tiers }: Policy, backend: number): number {
  const found = tiers.findIndex(({ members }) => members.includes(backend))
  return found < 0 ? tiers.length : found
}

/** The weight that a policy declares for a backend (index); `undefined` if its tier declares none. */
export function declaredBy({ tiers }: Policy, backend: number): number | undefined {
  const tier = tiers.find(({ members }) => members.includes(backend))
  return tier?.weights?.[tier.members.indexOf(backend)]
}

/** False for a backend whose weight is declared as 0, or that is in no tier. */
export const mayServe = (policy: Policy, backend: number): boolean =>
  tierOf(policy, backend) < policy.tiers.length && declaredBy(policy, backend) !== 0

/** The members that may serve: those whose weight is not declared as 0. */
export const servingMembers = (policy: Policy, { members }: Tier): number[] =>
  members.filter((backend) => mayServe(policy, backend))

/** What is decided with an answer; `undefined` for one that leaves things as they are. */
export function commitmentOf({ policy }: Split, answer: Answer): Commitment | undefined {
  const [first] = answer.kind === 'hold' ? [] : answer.active
  if (policy === undefined || answer.kind === 'hold' || first === undefined) return undefined
  return { tier: tierOf(policy, first), active: answer.active }
}

/** The primary, then the others; another port of the primary's Service stands in for none. */
export function usualTiers(split: Split): readonly Tier[] {
  const first = primaryIndexes(split)
  const rest = indexesOf(split, ({ service }) => service !== split.primary)
  return [first, rest].filter((members) => members.length > 0).map((members) => ({ members }))
}

/** Whoever serves if nobody can: the members of the first tier that has some that may. */
export const firstServing = (policy: Policy): number[] =>
  policy.tiers.map((tier) => servingMembers(policy, tier)).find((members) => members.length > 0) ?? []
