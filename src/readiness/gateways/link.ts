import { child, text } from '../../base/json.ts'
import type { Readiness, ServiceKey } from '../../core/types.ts'
import { missingLink } from '../missing.ts'

/** Where and how a gateway is asked whether it is alive. */
export interface Probed {
  /** Names and IP addresses, each of one way into the cluster. */
  readonly addresses: readonly string[]
  readonly port: number
  readonly path: string
}

/** What is kept of a Link: one cluster whose Services are mirrored here. */
export interface Link {
  /** The name by which mirrored Services call it, in their label. */
  readonly cluster: string
  /** `undefined`: it has no gateway, or none that can be asked. */
  readonly gateway?: Probed | undefined
}

/** More addresses than these are not asked; a gateway has one for each zone at most. */
const mostAddresses = 16

/** A name or an IP address, of either family; nothing that could change the text of a request. */
const address = /^[a-zA-Z0-9.:-]{1,253}$/
const path = /^\/[!-~]{0,1023}$/

/** Projects a Link; total: what is missing or of another type counts as absent. */
export function projectLink(object: unknown): Link {
  const spec = child(object, 'spec')
  return { cluster: text(spec, 'targetClusterName'), gateway: readGateway(spec) }
}

function readGateway(spec: unknown): Probed | undefined {
  const probe = child(spec, 'probeSpec')
  const wanted = { path: text(probe, 'path'), port: Number(text(probe, 'port')) }
  const addresses = text(spec, 'gatewayAddress')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => address.test(one))
  const isPort = Number.isInteger(wanted.port) && wanted.port > 0 && wanted.port <= 65_535
  if (addresses.length === 0 || !isPort || !path.test(wanted.path)) return undefined
  return { ...wanted, addresses: [...new Set(addresses)].slice(0, mostAddresses) }
}

/** What all Links say against a Service that is mirrored from a cluster. */
export function doubtOfLinks(
  service: ServiceKey,
  cluster: string,
  links: readonly Pick<Link, 'cluster'>[],
): Readiness | undefined {
  if (links.some((link) => link.cluster === cluster)) return undefined
  return missingLink(service, cluster)
}
