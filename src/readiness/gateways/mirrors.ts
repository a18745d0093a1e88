import type { Readiness, ServiceKey } from '../../core/types.ts'
import type { ServiceFacts } from '../service-facts.ts'
import type { ReadinessSource } from '../source.ts'

/** What is known of the ways to other clusters, beyond what the Endpoints of mirrored Services say. */
export interface Ways {
  /**
   * Why a Service that is mirrored from a cluster, and ready by its Endpoints, must not be taken for ready;
   * `undefined` if nothing speaks against it.
   */
  doubt(service: ServiceKey, cluster: string): Readiness | undefined
}

/** The cluster from which a Service is mirrored through a gateway; `undefined` if it is not. */
export const mirroredFrom = (facts: ServiceFacts | undefined): string | undefined =>
  facts?.isMirrored && !facts.discovery ? facts.cluster : undefined

/** For those who know nothing of it. */
export const undoubted: Ways = { doubt: () => undefined }

/**
 * Mirrored Services, of which `Endpoints` that are ready prove little: the service mirror does not update
 * them once its Link is deleted, and sets all of them to ready when it starts, whatever the gateway does
 * (both seen). Endpoints that are not ready are believed, since these are what proxies are given.
 */
export const doubted = (mirrored: ReadinessSource, ways: Ways): ReadinessSource => ({
  name: mirrored.name,
  synced: () => mirrored.synced(),
  of: (target) => {
    const said = mirrored.of(target)
    const cluster = mirroredFrom(target.facts)
    if (said?.state !== 'ready' || cluster === undefined) return said
    const doubt = ways.doubt(target.service, cluster)
    return doubt?.state === 'down' ? { ...doubt, total: said.total } : (doubt ?? said)
  },
})
