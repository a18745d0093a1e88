import { hold, type Rule } from '../../rule.ts'
import { unknownText } from '../../words.ts'
import { isHeldBefore } from '../serving.ts'

/** While what serves may be able to, nothing is taken for down that is only not known. */
export const tierUnknown = {
  name: 'TierUnknown',
  when: 'the readiness of an earlier tier, or of the one that serves, is not known',
  decide: ({ split, standing }) => {
    if (!standing) return undefined
    const { current, target, isDown, isDrained, hasWeight } = standing
    const mayServe = split.backends.some(
      (_, backend) => hasWeight(backend) && !isDown(backend) && !isDrained(backend),
    )
    return mayServe && isHeldBefore(standing, Math.min(target, current + 1)) ? hold() : undefined
  },
  because: ({ split: { policy, backends }, readiness }) => {
    const unknowns = (policy?.tiers ?? []).flatMap(({ members }) =>
      members.flatMap((index) => {
        const backend = backends[index]
        const known = backend && readiness(backend)
        return backend && known?.state === 'unknown' ? [unknownText(backend.service, known)] : []
      }),
    )
    return unknowns[0] ?? 'the readiness of a tier is not known yet'
  },
} as const satisfies Rule
