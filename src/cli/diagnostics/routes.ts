import type { ServiceKey } from '../../core/types.ts'
import type { Objects } from '../../readiness/objects.ts'
import { readinessObjects } from '../../readiness/sources.ts'
import { backendServices } from '../../routes/route.ts'
import type { ServedKind } from '../check/check-context.ts'
import { drainItems } from '../drains/list.ts'
import { listAs, type Reading } from '../listing.ts'
import type { Snapshot } from '../snapshot.ts'
import { readStatuses, statusData } from '../status/read-status.ts'
import type { Bag } from './bag.ts'

/** Routes as stored, their status, and the objects that the readiness of their backends is computed from. */
export async function collectRoutes(
  bag: Bag,
  reading: Reading,
  snapshot: Snapshot,
  kinds: readonly ServedKind[],
  labelSelector: string,
): Promise<void> {
  for (const { codec, resource } of kinds) {
    const name = `${codec.plural}.${codec.group}`
    const found = await listAs(reading, { resource, labelSelector }, (object) => object)
    if (!found.ok) bag.miss(name, found.error.message)
    else if (found.value.length > 0) bag.json(`routes/${name}.json`, found.value)
  }
  const { routes, unknownSince, unseen } = await readStatuses(reading, snapshot, undefined)
  bag.json('status.json', statusData(routes, drainItems(snapshot.drains, snapshot.today)))
  if (unknownSince !== undefined) bag.miss('the times of the newest transitions', unknownSince)
  for (const line of unseen) bag.miss('findings', line)
  for (const line of snapshot.drains.unseen) bag.miss('Drains', line)
  for (const line of snapshot.policies.unseen) bag.miss('FailoverPolicies', line)
  const used = new Set(snapshot.routes.flatMap(backendServices))
  for (const objects of readinessObjects()) await collectUsed(bag, reading, objects, used)
}

/** Objects of a kind that concern the routes; a cluster has many more. */
async function collectUsed(
  bag: Bag,
  reading: Reading,
  { name, resource, labelSelector, serviceOf }: Objects<unknown>,
  used: ReadonlySet<ServiceKey>,
): Promise<void> {
  const found = await listAs(reading, { resource, labelSelector }, (object) =>
    used.has(serviceOf(object) ?? '') ? object : undefined,
  )
  if (found.ok) bag.json(`readiness/${name}.json`, found.value)
  else bag.miss(name, found.error.message)
}
