import { readinessText } from '../../core/words.ts'
import type { Grace } from '../grace.ts'
import { unreadSlices } from '../missing.ts'
import { reachOf } from '../reach.ts'
import type { ServiceFacts } from '../service-facts.ts'
import type { ReadinessSource } from '../source.ts'
import { beside, type OtherClusters } from './discovered.ts'
import type { Member } from './discovery.ts'

/** The Services of other clusters that the readiness of a Service depends on. */
export const remotesOf = ({ discovery, origin }: ServiceFacts): readonly Member[] =>
  discovery?.members ?? (origin ? [origin] : [])

/**
 * Services that are mirrored through a gateway. One whose Endpoints are ready is down if its Pods are known
 * not to be, in a linked cluster that is read: an edit of the remote Service's metadata makes the service
 * mirror write that it is ready for up to a minute, and behind many other writes it is late (both seen). If
 * the cluster cannot be read, the Endpoints are believed. They are believed anyway if they say that the
 * Service is down, since these are what proxies are given. Before the first list they wait for it, while
 * `grace` lasts.
 */
export const confirmed = (
  mirrored: ReadinessSource,
  others: OtherClusters,
  grace?: Grace,
): ReadinessSource => ({
  name: mirrored.name,
  synced: () => mirrored.synced(),
  of: (target) => {
    const said = mirrored.of(target)
    const { origin } = target.facts
    if (said?.state !== 'ready' || !origin) return said
    const { cluster, name } = origin
    const service = beside(target.service, name)
    const slices = others.slicesOf(cluster, service)
    if (!slices.ok) {
      const isSoonKnown = others.isPending(cluster, service) && grace?.holds(target.service)
      return isSoonKnown ? unreadSlices(service, cluster, slices.error) : said
    }
    const there = reachOf({ ...target, service }, slices.value)
    if (there.state !== 'down') return said
    const why = `${readinessText(service, there)} in cluster ${cluster}`
    return { ...there, why, despiteEndpoints: true }
  },
})
