import { type DiagnosisRule, unique } from './finding.ts'

/** A hold that lasts for so long (ms) is reported: whatever is only late has come by then. */
export const longHoldMs = 600_000

export const heldByUnknown: DiagnosisRule = (_, { longHolds }) => {
  if (longHolds.length === 0) return []
  const texts = longHolds.map(({ serving, reason }) => `on its ${serving}, because ${reason}`)
  const places = longHolds.flatMap(({ where }) => where ?? [])
  const which = places.length === 0 ? '' : ` of ${places.join(', ')}`
  return [
    {
      message: `the weights${which} have been held for more than ${longHoldMs / 60_000} min: ${unique(texts).join('; ')}; the route fails neither over nor back until this is known, and weights that you set yourself stay`,
      subject: '',
    },
  ]
}
