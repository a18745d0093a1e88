import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { readHead } from '../../kube/watch/watch-event.ts'
import type { RouteCodec } from '../../routes/route.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { badAnswer, type Failure, refused } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import type { Scope } from '../snapshot.ts'
import { type MigrationInput, portsByService, readPorts } from './input.ts'

const services: Resource = { group: '', version: 'v1', plural: 'services' }

/** Reads the TrafficSplits of a scope, and the Services of the same namespaces. */
export async function fromCluster(
  reading: Reading,
  { namespace, selector }: Scope,
  codec: RouteCodec,
): Promise<Result<MigrationInput, Failure>> {
  const discovery = new DiscoverySnapshot(reading)
  const [resource, target] = [await discovery.find(trafficSplit), await discovery.find(codec)]
  if (!resource.ok) return err(refused(resource.error))
  if (!target.ok) return err(refused(target.error))
  if (!resource.value) {
    return err(
      badAnswer('the cluster does not serve TrafficSplits', 'there is nothing to migrate in this cluster'),
    )
  }
  const listing = { resource: resource.value, namespace, labelSelector: selector }
  const splits = await listAs(reading, listing, (object) => object)
  if (!splits.ok) return splits
  const found = await listAs(reading, { resource: services, namespace }, readPorts)
  if (!found.ok) return found
  const routes = target.value
    ? await listAs(reading, { resource: target.value, namespace }, (object) => readHead(object)?.key)
    : ok([])
  const { version = codec.versions[0] } = target.value ?? {}
  return ok({
    splits: splits.value,
    ports: portsByService(found.value),
    apiVersion: `${codec.group}/${version}`,
    existing: new Set(routes.ok ? routes.value : []),
    notes: [
      ...(target.value ? [] : [`the cluster does not serve ${codec.kind}: install the Gateway API first`]),
      ...(routes.ok ? [] : [`existing routes cannot be listed: ${routes.error.message}`]),
    ],
  })
}
