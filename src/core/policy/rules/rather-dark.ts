import { failOver, type Rule, servePrimary } from '../../rule.ts'
import { isAllZero } from '../../split.ts'
import { servingText } from '../../words.ts'
import { drainedText } from '../serving.ts'
import { firstAllowed } from '../standing.ts'
import { servingMembers } from '../tiers.ts'

/**
 * A drain says that its backends must not serve even if nothing else does. Traffic leaves them for backends
 * that may not answer; the first tier that may, if the readiness of one is not known. A tier that was lost must not serve
 * for that without approval, nor what is drained, while another tier may.
 */
export const ratherDark = {
  name: 'RatherDark',
  when: 'nothing else is ready, and a drain with lastResort: Never takes out what has weight',
  state: 'dark',
  openings: { primary: 'rather serves nothing', failover: 'rather serves nothing' },
  decide: ({ split, standing }) => {
    if (!standing) return undefined
    const { policy, hasWeight, isForbidden, isUnknown, isDrained } = standing
    // Weights that are all zero would be repaired, maybe with one that must not serve.
    const isTaken = (backend: number) => isForbidden(backend) && (hasWeight(backend) || isAllZero(split))
    if (!split.backends.some((_, backend) => isTaken(backend))) return undefined
    const left = policy.tiers.map((tier) =>
      servingMembers(policy, tier).filter((backend) => !isForbidden(backend)),
    )
    const isMaybe = (backend: number) => isUnknown(backend) && !isDrained(backend)
    const choices = [
      left.findIndex((members, tier) => tier >= firstAllowed(standing) && members.some(isMaybe)),
      ...[isMaybe, isUnknown, () => true].map((can) => left.findIndex((members) => members.some(can))),
    ]
    const chosen = choices.find((tier) => tier >= 0) ?? -1
    const active = left[chosen]
    if (active === undefined) return undefined
    return chosen === 0 ? servePrimary(active) : failOver(active)
  },
  because: ({ split, drains }, answer) => {
    const texts = split.backends.flatMap((_, index) => drainedText(split, index, drains) ?? [])
    const taken = answer.kind === 'hold' ? [] : [servingText(split, answer.active)]
    return [...texts.slice(0, 3), 'nothing else is ready', ...taken].join('; ')
  },
} as const satisfies Rule
