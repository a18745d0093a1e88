import { graceOf } from '../../core/policy/patience.ts'
import { durationText, readinessText } from '../../core/words.ts'
import { partText } from './texts.ts'
import type { TimedWaitReport } from './timed-waits.ts'

/** A backend with too few ready endpoints keeps its traffic for a while. */
export const failoverWaits: TimedWaitReport = {
  what: 'failover',
  reason: 'FailoverWaits',
  noteOf: ({ split, readiness }, index) => {
    const [backend, known] = [split.backends[index], readiness[index]]
    if (!backend || !known || !split.policy) return undefined
    const isDown = known.state === 'down'
    const few = isDown ? '' : ', which is too few'
    const grace = durationText(graceOf(split.policy, isDown))
    const note = `${readinessText(backend.service, known)}${few}; it keeps its traffic for ${grace}, to see whether it has enough again${partText(split.where)}`
    return { note }
  },
}
