import type { Status } from '../live/api.ts'
import { clock, lasting } from './format.ts'

type Lead = Pick<Status, 'role' | 'leader'>

/** Whether this replica writes, in a word or two. */
export const roleWords = ({ role }: Lead): string =>
  ({ leader: 'leader', standby: 'standby', alone: 'no election' })[role]

/** Which replica writes, in a sentence. Without leader election the one that runs writes. */
export function leadWords({ role, leader }: Lead): string {
  if (role === 'leader') return 'This replica is the leader: it writes the weights'
  if (role === 'standby')
    return `This replica is a standby: ${leader ?? 'another replica'} writes the weights`
  return 'Leader election is off: this replica writes the weights'
}

/** The leader's name, or why there is none. */
export function leaderName({ role, leader }: Lead): string {
  if (role === 'alone') return 'none: leader election is off'
  return leader ?? 'unknown'
}

/** When the history begins, so that a recent start is not read as "nothing happened". */
export function watchedWords(status: Pick<Status, 'startedAt'> | undefined, now: number): string {
  if (!status) return 'The operator has not reported yet when it started.'
  const since = Date.parse(status.startedAt)
  return `This replica started ${lasting(now - since)} ago, at ${clock(since, now)}. What happened before that is from Events of the cluster.`
}
