import { unknownBecause } from '../core/readiness.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'

/**
 * Why something is unknown, in words. Each names the object that is missing and its cluster, so that whoever
 * reads it knows what to look for, and where.
 */

const here = 'in this cluster'
const listing = (what: string) => `the list of all ${what} is not complete yet`

export const unlistedService = (service: ServiceKey): Readiness =>
  unknownBecause(`the Service ${service} ${here} is not known: ${listing('Services')}`)

export const unlistedSlices = (service: ServiceKey): Readiness =>
  unknownBecause(
    `the EndpointSlices of the Service ${service} ${here} are not known: ${listing('EndpointSlices')}`,
  )

export const unlistedEndpoints = (service: ServiceKey): Readiness =>
  unknownBecause(
    `the Endpoints ${service} ${here} are not known: ${listing('Endpoints of mirrored Services')}`,
  )

/** The Service is mirrored through a gateway, as far as its labels say. */
export const unwrittenEndpoints = (service: ServiceKey): Readiness =>
  unknownBecause(`the Endpoints ${service} ${here} are missing: the service mirror has not written them yet`)

/** `why`: which object of those that lead to the slices is missing. */
export const unreadSlices = (service: ServiceKey, cluster: string, why: string): Readiness =>
  unknownBecause(`the EndpointSlices of the Service ${service} in cluster ${cluster} are not known: ${why}`)

export const unlistedLinks = (cluster: string): Readiness =>
  unknownBecause(`the Link to cluster ${cluster} ${here} is not known: ${listing('Links')}`)

/** The Endpoints of a Service that is mirrored from there are as they were when the Link was deleted. */
export const missingLink = (service: ServiceKey, cluster: string): Readiness =>
  unknownBecause(
    `there is no Link to cluster ${cluster} ${here}, so nothing updates the Endpoints ${service}`,
  )

/** Its Link is known, and it was not probed long enough. */
export const waitingGateway = (cluster: string): Readiness =>
  unknownBecause(`the gateway of cluster ${cluster} has not answered a probe from this cluster yet`)

export const malformedMember = (service: ServiceKey, entry: string): Readiness =>
  unknownBecause(
    `the Service ${service} ${here} names the member ${JSON.stringify(entry)}, which is not SERVICE@CLUSTER`,
  )
