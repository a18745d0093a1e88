import type { Drain } from '../../../policies/drain.ts'
import { objectKey } from '../../../policies/object.ts'
import { backendServices } from '../../../routes/route.ts'
import { notFollowed } from '../../drains/list.ts'
import { indexOf } from '../../drains/read-drains.ts'
import type { Snapshot } from '../../snapshot.ts'
import { type Check, good, listed, skipped, warning } from '../finding.ts'

/** A Drain that lasts longer is meant for good, or forgotten (ms). */
const longestMs = 72 * 3_600_000

export const drainsMakeSense: Check = {
  id: 'drains-make-sense',
  description: 'all Drains take something out, and end soon',
  meaning:
    'A Drain that takes nothing out is mistyped, or of no use any more. One that lasts for more than 72 hours may be forgotten; change the routes if it is meant for good. Change or delete it with `drain` and `undrain`.',
  run: async (context) => {
    const snapshot = await context.snapshot()
    if (!snapshot.ok) return skipped
    const { drains, unseen } = snapshot.value.drains
    const doubts = drains.flatMap((drain) => {
      const doubt = doubtOf(drain, snapshot.value)
      return doubt === undefined ? [] : `${objectKey(drain)} ${doubt}`
    })
    if (doubts.length > 0) return warning(listed('these Drains need a look:', [...doubts.sort(), ...unseen]))
    if (unseen.length > 0) return warning(listed('not all Drains could be looked at:', unseen))
    return drains.length === 0 ? skipped : good
  },
}

/** What is to be said of a Drain; `undefined` of one that is as it should be, or has ended. */
function doubtOf(drain: Drain, snapshot: Snapshot): string | undefined {
  const { today, drains } = snapshot
  const { spec, problem } = drain
  if (!spec) return `cannot be understood and takes nothing out: ${problem}`
  if (spec.until <= today) return undefined
  if (drains.rootNamespace === undefined) return `takes nothing out: ${notFollowed}`
  if (!takesAnythingOut(drain, snapshot))
    return 'takes nothing out: no route that it is for has such a backend'
  const until = new Date(spec.until).toISOString()
  return spec.until - today > longestMs ? `lasts for more than 72 hours, until ${until}` : undefined
}

function takesAnythingOut(drain: Drain, { drains, routes, facts, today }: Snapshot): boolean {
  const index = indexOf({ ...drains, drains: [drain] }, { facts }, today)
  return routes.some((route) =>
    backendServices(route).some((service) => index.drainsOf(route.namespace, service).length > 0),
  )
}
