import { err, type Result } from '../../base/result.ts'
import { downBecause } from '../../core/readiness.ts'
import { type Readiness, readinessOf, type ServiceKey } from '../../core/types.ts'
import type { StoreReader } from '../../kube/watch/store.ts'
import { reachOf, type Target } from '../reach.ts'
import type { ServiceFacts } from '../service-facts.ts'
import type { Slice } from '../slice.ts'
import type { ReadinessSource } from '../source.ts'

/** A Service of another cluster. */
export interface RemoteService {
  readonly cluster: string
  readonly service: ServiceKey
}

/** What is known of Services in other clusters. */
export interface OtherClusters {
  /** The slices of a Service by family, as they are now; the error says why they are not known, in words. */
  slicesOf(cluster: string, service: ServiceKey): Result<readonly (readonly Slice[])[], string>
}

/** For commands, which read one cluster: their users have no right to the credentials of others. */
export const unreadClusters: OtherClusters = {
  slicesOf: (cluster, service) =>
    err(`the EndpointSlices of ${service} are in cluster ${cluster}, which only the operator reads`),
}

/**
 * Services whose endpoints Linkerd takes from others: of this cluster (known from `here`), of other clusters,
 * or of both. Such a Service is ready if one of these is, and down only if all are known to be down.
 */
export function discoveredServices(
  services: StoreReader<ServiceFacts>,
  here: ReadinessSource,
  others: OtherClusters,
): ReadinessSource {
  const ofLocal = (target: Target): Readiness => {
    const facts = services.get(target.service)
    return (facts && here.of({ ...target, facts })) ?? downBecause(`there is no Service ${target.service}`)
  }
  const ofMember = (cluster: string, target: Target): Readiness => {
    const slices = others.slicesOf(cluster, target.service)
    if (!slices.ok) return { state: 'unknown', why: slices.error }
    const readiness = reachOf(target, slices.value)
    return readiness.state !== 'down'
      ? readiness
      : { ...readiness, why: inCluster(cluster, target, readiness) }
  }
  return {
    name: 'the Services that Linkerd discovers elsewhere',
    synced: () => services.synced && here.synced(),
    of: (target) => {
      const { discovery } = target.facts
      if (!discovery) return undefined
      const sibling = (name: string): Target => ({ ...target, service: beside(target.service, name) })
      return sumOf(target.service, [
        ...(discovery.local === undefined ? [] : [ofLocal(sibling(discovery.local))]),
        ...discovery.members.map(({ cluster, name }) => ofMember(cluster, sibling(name))),
        ...discovery.malformed.map((entry) => malformed(target.service, entry)),
      ])
    },
  }
}

/** A Service of the same namespace. */
export const beside = (service: ServiceKey, name: string): ServiceKey =>
  `${service.slice(0, service.indexOf('/'))}/${name}`

const inCluster = (cluster: string, { service }: Target, { why, total }: Readiness & { state: 'down' }) =>
  `${why ?? (total === 0 ? `${service} has no endpoints` : `${service} has 0 of ${total} endpoints ready`)} in cluster ${cluster}`

const malformed = (service: ServiceKey, entry: string): Readiness => ({
  state: 'unknown',
  why: `${service} names a member ${JSON.stringify(entry)}, which is not SERVICE@CLUSTER`,
})

/** What members come to: their endpoints together. */
function sumOf(service: ServiceKey, members: readonly Readiness[]): Readiness {
  if (members.length === 0) return downBecause(`${service} has no member in any cluster`)
  let [ready, total] = [0, 0]
  for (const member of members) {
    if (member.state === 'unknown') continue
    ready += member.ready
    total += member.total
  }
  if (ready > 0) return readinessOf(ready, total)
  const why = members.flatMap((member) => (member.state === 'ready' ? [] : (member.why ?? []))).join('; ')
  const isUnknown = members.some(({ state }) => state === 'unknown')
  if (isUnknown) return { state: 'unknown', why }
  return { state: 'down', ready: 0, total, ...(why === '' ? {} : { why }) }
}
