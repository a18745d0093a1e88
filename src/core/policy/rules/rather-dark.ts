import { failOver, type Rule, servePrimary } from '../../rule.ts'
import { isAllZero } from '../../split.ts'
import { servingText } from '../../words.ts'
import { drainedText } from '../serving.ts'
import { servingMembers } from '../tiers.ts'

/**
 * A drain says that its backends must not serve even if nothing else does. Traffic leaves them for backends
 * that may not answer; the first tier that may, if the readiness of one is not known.
 */
export const ratherDark = {
  name: 'RatherDark',
  when: 'nothing else is ready, and a drain with lastResort: Never takes out what has weight',
  state: 'dark',
  openings: { primary: 'rather serves nothing', failover: 'rather serves nothing' },
  decide: ({ split, standing }) => {
    if (!standing) return undefined
    const { policy, hasWeight, isForbidden, isUnknown } = standing
    // Weights that are all zero would be repaired, maybe with one that must not serve.
    const isTaken = (backend: number) => isForbidden(backend) && (hasWeight(backend) || isAllZero(split))
    if (!split.backends.some((_, backend) => isTaken(backend))) return undefined
    const left = policy.tiers.map((tier) =>
      servingMembers(policy, tier).filter((backend) => !isForbidden(backend)),
    )
    const unknown = left.findIndex((members) => members.some(isUnknown))
    const chosen = unknown < 0 ? left.findIndex((members) => members.length > 0) : unknown
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
