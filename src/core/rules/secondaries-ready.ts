import { failOver, type Rule } from '../rule.ts'
import { indexesOf, weightOf } from '../split.ts'
import type { Backend } from '../types.ts'
import { primaryReadiness, servingText } from '../words.ts'

/**
 * The primary is down and somebody can stand in. A secondary of unknown readiness keeps what it has: it is
 * neither chosen nor dropped on a guess. At least one secondary must be known to be ready.
 */
export const secondariesReady = {
  name: 'SecondariesReady',
  when: 'the primary is down, and a secondary is ready',
  decide: ({ split, readiness }) => {
    // Another port of the primary's Service is no secondary.
    const isSecondary = ({ service }: Backend) => service !== split.primary
    const isReady = (backend: Backend) => isSecondary(backend) && readiness(backend).state === 'ready'
    if (!split.backends.some(isReady)) return undefined

    const active = indexesOf(split, (backend) => {
      const keeps = readiness(backend).state === 'unknown' && weightOf(split, backend) > 0
      return isReady(backend) || (isSecondary(backend) && keeps)
    })
    return failOver(active)
  },
  because: (observation, answer) => {
    const primary = primaryReadiness(observation)
    return answer.kind === 'hold' ? primary : `${primary}; ${servingText(observation.split, answer.active)}`
  },
} as const satisfies Rule
