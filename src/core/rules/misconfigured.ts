import { hold, type Rule } from '../rule.ts'

/** The object cannot be understood, so nothing is guessed: hold, and tell its owner what is wrong. */
export const misconfigured: Rule = ({ split }) => {
  if (split.problem !== undefined) return hold('Misconfigured', split.problem)
  if (split.backends.length === 0) return hold('Misconfigured', 'it has no backends')
  if (split.primary === undefined) return hold('Misconfigured', 'it has no primary')
  return undefined
}
