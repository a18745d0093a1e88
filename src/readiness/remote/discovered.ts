import { err, type Result } from '../../base/result.ts'
import type { MemberAccount } from '../../core/account.ts'
import { downBecause, unknownBecause } from '../../core/readiness.ts'
import { namespaceOf, type Readiness, readinessOf, type ServiceKey } from '../../core/types.ts'
import { readinessText } from '../../core/words.ts'
import type { StoreReader } from '../../kube/watch/store.ts'
import { malformedMember, unreadSlices } from '../missing.ts'
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
  /** The slices of a Service by family, as they are now; the error says which object is missing, in words. */
  slicesOf(cluster: string, service: ServiceKey): Result<readonly (readonly Slice[])[], string>
  /**
   * Whether they are most probably known soon: the cluster is asked for the first time, and nothing failed.
   */
  isPending(cluster: string, service: ServiceKey): boolean
}

/** Other clusters that can be asked at one moment. */
export interface ReadableClusters extends OtherClusters {
  /**
   * The same with these Services as they are now, by consistent reads. What is in doubt is not read, and
   * stays so; what cannot be read is unknown.
   */
  readNow(services: Iterable<RemoteService>, signal: AbortSignal): Promise<OtherClusters>
}

/** For commands, which read one cluster: their users have no right to the credentials of others. */
export const unreadClusters: OtherClusters = {
  slicesOf: () => err('only the operator reads that cluster; linkerd-failover dashboard shows what it knows'),
  isPending: () => false,
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
    return slices.ok ? reachOf(target, slices.value) : unreadSlices(target.service, cluster, slices.error)
  }
  /** All that a Service takes its endpoints from, that of this cluster first. */
  const membersOf = (target: Target): Member[] => {
    const { local, members = [] } = target.facts.discovery ?? {}
    const memberOf = (name: string, cluster?: string): Member => {
      const at = { ...target, service: beside(target.service, name) }
      const readiness = cluster === undefined ? ofLocal(at) : ofMember(cluster, at)
      return { service: at.service, cluster, readiness }
    }
    return [
      ...(local === undefined ? [] : [memberOf(local)]),
      ...members.map(({ name, cluster }) => memberOf(name, cluster)),
    ]
  }
  return {
    name: 'its members',
    synced: () => services.synced && here.synced(),
    of: (target) => {
      const { discovery } = target.facts
      if (!discovery) return undefined
      const strange = discovery.malformed.map((entry) => malformedMember(target.service, entry))
      return sumOf(target.service, membersOf(target), strange)
    },
    membersOf: (target) => membersOf(target).map((member) => ({ ...member, why: whyOf(member) })),
  }
}

type Member = Omit<MemberAccount, 'why'>

/** A Service of the same namespace. */
export const beside = (service: ServiceKey, name: string): ServiceKey => `${namespaceOf(service)}/${name}`

/** Why a member is ready, down or unknown; its cluster is in the words. */
function whyOf({ cluster, service, readiness }: Member): string {
  const text = readinessText(service, readiness)
  return cluster === undefined || readiness.state === 'unknown' ? text : `${text} in cluster ${cluster}`
}

/** What members come to: their endpoints together. `strange`: what entries come to that name no Service. */
function sumOf(service: ServiceKey, members: readonly Member[], strange: readonly Readiness[]): Readiness {
  const all = [...members.map(({ readiness }) => readiness), ...strange]
  if (all.length === 0) return downBecause(`${service} has no member in any cluster`)
  let [ready, total] = [0, 0]
  for (const one of all) {
    if (one.state === 'unknown') continue
    ready += one.ready
    total += one.total
  }
  if (ready > 0) return readinessOf(ready, total)
  // The words are made only here, where somebody will read them.
  const reasons = [...members.map(whyOf), ...strange.map((one) => readinessText(service, one))]
  const why = reasons.join('; ')
  const isUnknown = all.some(({ state }) => state === 'unknown')
  return isUnknown ? unknownBecause(why) : { state: 'down', ready: 0, total, why }
}
