import { hold, type Rule } from '../rule.ts'

/** Its owner said hands off. Before every other rule, so that a pause needs no valid route. */
export const paused: Rule = ({ split }) => (split.paused ? hold('Paused') : undefined)
