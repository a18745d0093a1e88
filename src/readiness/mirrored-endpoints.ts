import { child, list, text } from '../base/json.ts'
import { headlessMirrorLabel, mirroredClusterLabel, mirroredServiceLabel } from '../base/names.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'
import type { StoreReader } from '../kube/watch/store.ts'
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
  /** The cluster that they come from, as the service mirror wrote it; '' if it did not. */
  readonly cluster: string
}

/** Projects an Endpoints object; total: what is missing or of another type counts as absent. */
export function projectEndpoints(object: unknown): MirroredEndpoints {
  const metadata = child(object, 'metadata')
  const labels = child(metadata, 'labels')
  const main = text(labels, headlessMirrorLabel)
  return {
    subsets: list(object, 'subsets').map(readSubset),
    hostOf: main === '' ? undefined : `${text(metadata, 'namespace')}/${main}`,
    cluster: text(labels, mirroredClusterLabel),
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
  return {
    name: 'its Endpoints, which the service mirror writes',
    synced: () => endpoints.synced,
    of: (target) => {
      const known = endpoints.get(target.service)
      if (known) {
        const isUp = (host: string) => isReached(target, `${host}-${known.cluster}`, endpoints)
        return reachThrough(known.subsets, target, isUp)
      }
      if (!target.facts.isMirrored) return undefined
      if (!endpoints.synced) return unlistedEndpoints(target.service)
      return grace?.holds(target.service) ? unwrittenEndpoints(target.service) : undefined
    },
  }
}

/** Without hosts the addresses are gateways, behind each of which there are any number of Pods. */
function reachThrough(subsets: readonly Subset[], target: Target, isUp: IsUp): Readiness {
  const reach = reachOf(target, [subsets.map((subset) => pairsOf(subset, isUp))])
  const isHeadless = subsets.some(({ hosts }) => hosts !== undefined)
  return reach.state === 'ready' && !isHeadless ? { ...reach, gateways: true } : reach
}

/** Whether the mirror of a host is ready. */
type IsUp = (host: string) => boolean

/** Whether the Endpoints of one host of a headless mirror are ready. */
function isReached(target: Target, host: string, endpoints: StoreReader<MirroredEndpoints>): boolean {
  const service = beside(target.service, host)
  return reachOf({ ...target, service }, [endpoints.get(service)?.subsets ?? []]).state === 'ready'
}

/**
 * An address of a headless mirror is that of another mirror, of one host. It is ready if both say so: only
 * the host's own Endpoints follow the gateway, only those of the headless mirror are what proxies are given.
 */
function pairsOf(subset: Subset, isUp: IsUp): Endpoints {
  const { hosts } = subset
  if (!hosts) return subset
  const isPair = hosts.map((host, index) => index < subset.ready && isUp(host))
  const ready = hosts.filter((_, index) => isPair[index])
  const others = hosts.filter((_, index) => !isPair[index])
  return { ...subset, ready: ready.length, marks: marksOf([...ready, ...others], String) }
}
