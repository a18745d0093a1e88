import { hold, type Rule } from '../rule.ts'

/** The object cannot be understood, so nothing is guessed: hold, and report to its owner what is wrong. */
export const misconfigured = {
  name: 'Misconfigured',
  when: 'its configuration is not valid',
  state: 'misconfigured',
  openings: { hold: 'holds: misconfigured' },
  decide: ({ split }) => {
    if (split.problem !== undefined) return hold(split.problem)
    if (split.backends.length === 0) return hold('it has no backends')
    if (split.primary === undefined) return hold('it has no primary')
    return undefined
  },
  because: (_, answer) => (answer.kind === 'hold' && answer.why) || 'its configuration is not valid',
} as const satisfies Rule
