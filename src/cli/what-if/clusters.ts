import * as z from 'zod'
import { mirroredClusterLabel, remoteDiscoveryLabel } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { Resource } from '../../kube/resource.ts'
import { badAnswer, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'

const services: Resource = { group: '', version: 'v1', plural: 'services' }

/** The labels that name the cluster from which Linkerd's multicluster extension mirrors a Service. */
const clusterLabels = [mirroredClusterLabel, remoteDiscoveryLabel]

const schema = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string(), labels: z.record(z.string(), z.string()) }),
})

interface Mirrored {
  readonly service: ServiceKey
  readonly cluster: string
}

/** The Services that are lost with the clusters of these names; a failure if one has none. */
export async function servicesOf(
  reading: Reading,
  clusters: readonly string[],
  namespace: string | undefined,
): Promise<Result<readonly ServiceKey[], Failure>> {
  if (clusters.length === 0) return ok([])
  const all: Mirrored[] = []
  for (const label of clusterLabels) {
    const listing = { resource: services, namespace, labelSelector: label }
    const found = await listAs(reading, listing, (object) => read(object, label))
    if (!found.ok) return found
    all.push(...found.value)
  }
  const names = [...new Set(all.map(({ cluster }) => cluster))].sort()
  const stranger = clusters.find((name) => !names.includes(name))
  if (stranger === undefined) {
    return ok(all.filter(({ cluster }) => clusters.includes(cluster)).map(({ service }) => service))
  }
  return err(
    badAnswer(
      `no Service is mirrored from a cluster named "${stranger}"`,
      names.length === 0 ? 'no Service is mirrored from any cluster' : `choose one of: ${names.join(', ')}`,
    ),
  )
}

function read(object: unknown, label: string): Mirrored | undefined {
  const { data } = schema.safeParse(object)
  const cluster = data?.metadata.labels[label]
  if (!data || cluster === undefined) return undefined
  return { service: `${data.metadata.namespace}/${data.metadata.name}`, cluster }
}
