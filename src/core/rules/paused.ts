import { pauseText } from '../pause.ts'
import { hold, type Rule } from '../rule.ts'

/** Its owner said hands off. Before every other rule, so that a pause needs no valid route. */
export const paused = {
  name: 'Paused',
  when: 'its annotation says that it is paused',
  state: 'paused',
  decide: ({ split }) => (split.paused ? hold() : undefined),
  because: ({ split }) => pauseText(split.pause),
} as const satisfies Rule
