import { linkNames } from '../base/names.ts'
import { DiscoverySnapshot } from '../kube/discovery.ts'
import { type Link, projectLink } from '../readiness/gateways/link.ts'
import { listAs, type Reading } from './listing.ts'

/**
 * The Links to other clusters, of all namespaces; `undefined` if the cluster has none of the kind, or the
 * user may not list them: then mirrored Services are judged by their Endpoints alone.
 */
export async function readLinks(reading: Reading): Promise<readonly Link[] | undefined> {
  const resource = await new DiscoverySnapshot(reading).find(linkNames)
  if (!resource.ok || !resource.value) return undefined
  const listed = await listAs(reading, { resource: resource.value }, projectLink)
  return listed.ok ? listed.value : undefined
}
