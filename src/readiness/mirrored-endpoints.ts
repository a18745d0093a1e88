import { child, list, text } from '../base/json.ts'
import { headlessMirrorLabel, mirroredServiceLabel } from '../base/names.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import type { Grace } from './grace.ts'
import { unlistedEndpoints, unwrittenEndpoints } from './missing.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { readPorts } from './port.ts'
import { type Endpoints, marksOf, reachOf, type Target } from './reach.ts'
import { beside } from './remote/discovered.ts'
import type { ReadinessSource } from './source.ts'

/** The addresses of an Endpoints object that have the same ports. */
interface Subset extends Endpoints {
  /** Their hostnames, the ready ones first; only of a headless mirror. */
  readonly hosts: readonly string[] | undefined
}

/** What is kept of a mirrored Service's Endpoints. */
export interface MirroredEndpoints {
  readonly subsets: readonly Subset[]
  /** The headless mirror of which this is one host. */
  readonly hostOf: ServiceKey | undefined
}

/** Projects an Endpoints object; total: what is missing or of another type counts as absent. */
export function projectEndpoints(object: unknown): MirroredEndpoints {
  const metadata = child(object, 'metadata')
  const main = text(child(metadata, 'labels'), headlessMirrorLabel)
  return {
    subsets: list(object, 'subsets').map(readSubset),
    hostOf: main === '' ? undefined : `${text(metadata, 'namespace')}/${main}`,
  }
}

function readSubset(subset: unknown): Subset {
  const [ready, notReady] = [list(subset, 'addresses'), list(subset, 'notReadyAddresses')]
  const all = [...ready, ...notReady]
  const hosts = all.map((address) => text(address, 'hostname'))
  return {
    ports: readPorts(list(subset, 'ports')),
    ready: ready.length,
    total: all.length,
    marks: marksOf(all, podOf),
    hosts: hosts.some((host) => host !== '') ? hosts : undefined,
  }
}

const podOf = (address: unknown): string => text(child(address, 'targetRef'), 'uid') || text(address, 'ip')

const endpointObjects: Objects<MirroredEndpoints> = {
  name: 'endpoints',
  resource: { group: '', version: 'v1', plural: 'endpoints' },
  labelSelector: `${mirroredServiceLabel}=true`,
  project: projectEndpoints,
  serviceOf: (object) => readHead(object)?.key,
}

/**
 * The Endpoints of Services that are mirrored through a gateway. They are written seconds before the slices
 * that repeat them. Without `grace` a mirrored Service that has none is not waited for.
 */
export function mirroredEndpoints(
  open: Open,
  { onService }: ReadinessListeners,
  grace?: Grace,
): ReadinessSource {
  const endpoints = open(endpointObjects, ({ key, before, after }) => {
    grace?.restart(key)
    onService(key)
    for (const main of new Set([before?.hostOf, after?.hostOf])) if (main !== undefined) onService(main)
  })
  const subsetsOf = (service: ServiceKey) => endpoints.get(service)?.subsets
  return {
    name: 'its Endpoints, which the service mirror writes',
    synced: () => endpoints.synced,
    of: (target) => {
      const subsets = subsetsOf(target.service)
      if (subsets) return reachThrough(subsets, target, subsetsOf)
      if (!target.facts.isMirrored) return undefined
      if (!endpoints.synced) return unlistedEndpoints(target.service)
      return grace?.holds(target.service) ? unwrittenEndpoints(target.service) : undefined
    },
  }
}

/** Without hosts the addresses are gateways, behind each of which there are any number of Pods. */
function reachThrough(subsets: readonly Subset[], target: Target, subsetsOf: SubsetsOf): Readiness {
  const reach = reachOf(target, [subsets.map((subset) => pairsOf(subset, target, subsetsOf))])
  const isHeadless = subsets.some(({ hosts }) => hosts !== undefined)
  return reach.state === 'ready' && !isHeadless ? { ...reach, gateways: true } : reach
}

type SubsetsOf = (service: ServiceKey) => readonly Subset[] | undefined

/**
 * An address of a headless mirror is that of another mirror, of one host. It is ready if both say so: only
 * the host's own Endpoints follow the gateway, only those of the headless mirror are what proxies are told.
 */
function pairsOf(subset: Subset, target: Target, subsetsOf: SubsetsOf): Endpoints {
  const { hosts } = subset
  if (!hosts) return subset
  const isUp = (host: string) => {
    const service = beside(target.service, `${host}-${target.facts.cluster}`)
    return reachOf({ ...target, service }, [subsetsOf(service) ?? []]).state === 'ready'
  }
  const isPair = hosts.map((host, index) => index < subset.ready && isUp(host))
  const ready = hosts.filter((_, index) => isPair[index])
  const others = hosts.filter((_, index) => !isPair[index])
  return { ...subset, ready: ready.length, marks: marksOf([...ready, ...others], String) }
}
