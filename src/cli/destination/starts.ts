import { child, text } from '../../base/json.ts'
import type { ServiceKey } from '../../core/types.ts'
import { serviceObjects } from '../../readiness/service-facts.ts'
import { listAs, type Reading } from '../listing.ts'
import type { Difference } from './judge.ts'

/** More Services than this are not asked for: then something is wrong that is no fault of each. */
const mostServices = 20

/** When the Services that differ were created (epoch ms), as far as that can be read. */
export async function readStarts(
  reading: Reading,
  differences: readonly Difference[],
): Promise<ReadonlyMap<ServiceKey, number>> {
  const services = [...new Set(differences.map(({ called }) => called.service))].slice(0, mostServices)
  const found = new Map<ServiceKey, number>()
  await Promise.all(
    services.map(async (service) => {
      const [namespace = '', name = ''] = service.split('/')
      const { resource } = serviceObjects
      const listing = { resource, namespace, fieldSelector: `metadata.name=${name}` }
      const created = await listAs(reading, listing, createdAt)
      if (created.ok && created.value[0] !== undefined) found.set(service, created.value[0])
    }),
  )
  return found
}

function createdAt(object: unknown): number | undefined {
  const at = Date.parse(text(child(object, 'metadata'), 'creationTimestamp'))
  return Number.isNaN(at) ? undefined : at
}
