import { durationText } from '../../core/words.ts'
import { partText } from './texts.ts'
import type { TimedWaitReport } from './timed-waits.ts'

/** A backend is ready again, and has to wait. */
export const returnWaits: TimedWaitReport = {
  what: 'return',
  reason: 'ReturnWaits',
  noteOf: ({ split, returnAfterMs }, index) => {
    const service = split.backends[index]?.service
    if (service === undefined) return undefined
    const after = durationText(returnAfterMs)
    const note = `${service} is ready again; it gets its traffic back when it has stayed ready for ${after}${partText(split.where)}`
    return { note, fields: { service } }
  },
}
