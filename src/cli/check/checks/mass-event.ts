import { massEventText } from '../../policies/mass-event.ts'
import { type Check, good, skipped, warning } from '../finding.ts'

export const noMassEvent: Check = {
  id: 'no-mass-event',
  description: 'no FailoverPolicy holds a mass event',
  meaning:
    'More routes than `limits.stopAtPercent` of that policy allows want to leave backends that can serve, so none does. Look for a threshold that is too high, or a wrong reading, with `explain` on one of them; or raise the limit.',
  run: async (context) => {
    const snapshot = await context.snapshot()
    if (!snapshot.ok || !snapshot.value.policies.index.ofMesh) return skipped
    const held = massEventText(snapshot.value.policies)
    return held === undefined ? good : warning(held)
  },
}
