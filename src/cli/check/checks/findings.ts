import { counted } from '../../../base/counted.ts'
import { routeTitle } from '../../../routes/key.ts'
import { readGateways } from '../../explain/gateways.ts'
import { readStatuses } from '../../status/read-status.ts'
import { type Check, good, listed, skipped, warning } from '../finding.ts'

export const haveNoFindings: Check = {
  id: 'routes-findings',
  description: 'nothing is found wrong around the controlled routes',
  meaning:
    'These routes are configured correctly, and still may not do what their owners expect: proxies ignore their weights, or a backend cannot be reached. Each finding says what to do; docs/operating/events.md has all of them.',
  run: async (context) => {
    const [reading, snapshot] = [await context.reading(), await context.snapshot()]
    if (!reading.ok || !snapshot.ok) return skipped
    const cluster = await context.command.connect()
    if (!cluster.ok) return skipped
    const gateways = await readGateways(
      snapshot.value.routes,
      snapshot.value,
      cluster.value,
      context.command.io,
    )
    const { routes, unseen } = await readStatuses(reading.value, snapshot.value, context.namespace, {
      gateways,
    })
    const found = routes.flatMap(({ facts: route, findings }) =>
      findings.map(({ reason, message }) => `${routeTitle(route)}: ${reason}: ${message}`),
    )
    if (found.length === 0)
      return unseen.length === 0 ? good : warning(listed('not all could be looked at:', unseen))
    return warning(listed(`${counted(found.length, 'finding')}:`, [...found, ...unseen]))
  },
}
