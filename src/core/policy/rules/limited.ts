import type { Rule } from '../../rule.ts'
import type { Answer, Observation } from '../../types.ts'
import { servingText } from '../../words.ts'

const goesOn = ({ split }: Observation, answer: Answer): string =>
  answer.kind === 'hold' ? '' : `; ${servingText(split, answer.active)}`

/** What serves goes on for a while: the limits of a policy of the Mesh are asked after the table, for all routes together. */
export const limited = {
  name: 'Limited',
  when: 'a move that is not needed waits for its turn, as the limits of a FailoverPolicy ask',
  openings: { primary: 'waits for its turn', failover: 'waits for its turn' },
  decide: () => undefined,
  because: (observation, answer) =>
    `moves that are not needed are limited by a FailoverPolicy of the Mesh${goesOn(observation, answer)}`,
} as const satisfies Rule

/** So many routes want to leave what serves that the cause is more likely a wrong threshold or a wrong reading. */
export const massEvent = {
  name: 'MassEvent',
  when: 'too many routes want to leave backends that can serve, so none does',
  openings: { primary: 'held by a mass event', failover: 'held by a mass event' },
  decide: () => undefined,
  because: (observation, answer) =>
    `more routes than limits.stopAtPercent of a FailoverPolicy want to leave backends that can serve, so none does${goesOn(observation, answer)}`,
} as const satisfies Rule
