import type { Status } from '../live/api.ts'
import { clock, lasting } from './format.ts'

type Lead = Pick<Status, 'role' | 'leader'>

/** Who writes, in a word or two. */
export const roleWords = ({ role }: Lead): string =>
  ({ leader: 'leader', standby: 'standby', alone: 'no election' })[role]

/** Who writes, in a sentence. Where nobody is elected, whoever runs writes. */
export function leadWords({ role, leader }: Lead): string {
  if (role === 'leader') return 'This operator leads: it writes the weights'
  if (role === 'standby') return `A standby: ${leader ?? 'another operator'} writes the weights`
  return 'No election: this operator acts alone, and writes the weights'
}

/** The leader's name, or why there is none. */
export function leaderName({ role, leader }: Lead): string {
  if (role === 'alone') return 'none is elected: this one acts'
  return leader ?? 'not known'
}

/** Since when there is a past, so that nobody takes a fresh start for "nothing happened". */
export function watchedWords(status: Pick<Status, 'startedAt'> | undefined, now: number): string {
  if (!status) return 'It is not known yet since when the operator has watched.'
  const since = Date.parse(status.startedAt)
  return `This operator has watched for ${lasting(now - since)}, since ${clock(since, now)}. What was before that it does not know.`
}
