import * as z from 'zod'
import { programName } from '../../base/names.ts'
import { adminPort } from '../../install/objects/container.ts'
import type { Resource } from '../../kube/resource.ts'
import { resourcePath } from '../../kube/resource.ts'
import { type Listing, listAs, type Reading } from '../listing.ts'
import { extensionSelector } from '../operator-deployment.ts'
import type { Bag } from './bag.ts'

const core = (plural: string): Resource => ({ group: '', version: 'v1', plural })
const deployments: Resource = { group: 'apps', version: 'v1', plural: 'deployments' }
const leases: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' }

/** Of each container's log. */
const logLimits = { tailLines: '10000', limitBytes: String(10 * 1024 * 1024), timestamps: 'true' }
/** What the operator answers on its admin port. */
const adminPaths = ['live', 'ready', 'metrics', 'api/v1/status', 'api/v1/timeline', 'api/v1/routes'] as const

const podSchema = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.object({ containers: z.array(z.object({ name: z.string() })) }),
})
type Pod = z.infer<typeof podSchema>

/** The operator's own objects, the Events about it and from it, and what its Pods answer. */
export async function collectOperator(bag: Bag, reading: Reading): Promise<void> {
  const labelSelector = extensionSelector
  const installed = await take(bag, reading, 'deployments', { resource: deployments, labelSelector })
  const found = await take(bag, reading, 'pods', { resource: core('pods'), labelSelector })
  const pods = found.flatMap((object) => podSchema.safeParse(object).data ?? [])
  const places = new Set([...installed, ...found].flatMap(namespaceOf))
  for (const namespace of places) {
    await take(bag, reading, `leases-${namespace}`, { resource: leases, namespace })
    await take(bag, reading, `events-${namespace}`, { resource: core('events'), namespace })
  }
  const fieldSelector = `reportingComponent=${programName}`
  await take(bag, reading, 'events-of-routes', { resource: core('events'), fieldSelector })
  if (pods.length === 0) bag.miss('logs and metrics of the operator', 'no Pod of the operator exists')
  for (const pod of pods) await collectPod(bag, reading, pod)
}

const named = z.object({ metadata: z.object({ namespace: z.string() }) })
const namespaceOf = (object: unknown): string[] => {
  const { data } = named.safeParse(object)
  return data ? [data.metadata.namespace] : []
}

async function take(bag: Bag, reading: Reading, name: string, listing: Listing): Promise<unknown[]> {
  const found = await listAs(reading, listing, (object) => object)
  if (found.ok) bag.json(`operator/${name}.json`, found.value)
  else bag.miss(name, found.error.message)
  return found.ok ? found.value : []
}

async function collectPod(bag: Bag, reading: Reading, pod: Pod): Promise<void> {
  const { namespace, name } = pod.metadata
  const path = resourcePath(core('pods'), namespace, name)
  const folder = `operator/${name}`
  for (const { name: container } of pod.spec.containers) {
    const query = { ...logLimits, container }
    await read(bag, reading, `${folder}/${container}.log`, `${path}/log`, query)
    await read(bag, reading, `${folder}/${container}-previous.log`, `${path}/log`, {
      ...query,
      previous: 'true',
    })
  }
  for (const page of adminPaths) {
    const file = page.startsWith('api/') ? `${page.slice('api/v1/'.length)}.json` : `${page}.txt`
    await read(bag, reading, `${folder}/${file}`, `${path}:${adminPort.containerPort}/proxy/${page}`)
  }
}

/**
 * Adds an answer as text. A container without a log of an earlier run is normal and not reported as
 * missing.
 */
async function read(
  bag: Bag,
  { transport, signal }: Reading,
  file: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await transport.request({ method: 'GET', path, query, answerAs: 'text', signal })
  if (answer.ok) return bag.text(file, String(answer.value))
  const isNoLoss =
    query.previous !== undefined && answer.error.message.includes('previous terminated container')
  if (!isNoLoss) bag.miss(file, answer.error.message)
}
