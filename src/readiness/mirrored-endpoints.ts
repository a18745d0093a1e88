import { child, list, text } from '../base/json.ts'
import { mirroredServiceLabel } from '../base/names.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { readPorts } from './port.ts'
import { type Endpoints, marksOf, reachOf } from './reach.ts'
import type { ReadinessSource } from './source.ts'

/** The subsets of an Endpoints object: each is the addresses that have the same ports. */
export const projectEndpoints = (object: unknown): readonly Endpoints[] =>
  list(object, 'subsets').map((subset) => {
    const [ready, notReady] = [list(subset, 'addresses'), list(subset, 'notReadyAddresses')]
    return {
      ports: readPorts(list(subset, 'ports')),
      ready: ready.length,
      total: ready.length + notReady.length,
      marks: marksOf([...ready, ...notReady], podOf),
    }
  })

const podOf = (address: unknown): string => text(child(address, 'targetRef'), 'uid') || text(address, 'ip')

const endpointObjects: Objects<readonly Endpoints[]> = {
  name: 'endpoints',
  resource: { group: '', version: 'v1', plural: 'endpoints' },
  labelSelector: `${mirroredServiceLabel}=true`,
  project: projectEndpoints,
  serviceOf: (object) => readHead(object)?.key,
}

/**
 * The Endpoints of Services that are mirrored through a gateway. They are written seconds before the slices that
 * repeat them.
 */
export function mirroredEndpoints(open: Open, { onService }: ReadinessListeners): ReadinessSource {
  const endpoints = open(endpointObjects, ({ key }) => onService(key))
  return {
    name: 'the Endpoints of mirrored services',
    synced: () => endpoints.synced,
    of: (target) => {
      const subsets = endpoints.get(target.service)
      if (subsets) return reachOf(target, [subsets])
      return target.facts.isMirrored && !endpoints.synced ? notComplete : undefined
    },
  }
}

const notComplete = { state: 'unknown', why: 'not all Endpoints of mirrored services are known yet' } as const
