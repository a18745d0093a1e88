import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { PodPort } from '../../kube/http/port-forward.ts'
import type { Resource } from '../../kube/resource.ts'
import { badAnswer, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'

const pods: Resource = { group: '', version: 'v1', plural: 'pods' }
/** Of the Pods of the destination controller, in every version of Linkerd (its chart, `destination.yaml`). */
const destinationLabel = 'linkerd.io/control-plane-component=destination'
const container = 'destination'
/** The port of its metrics; its name was `admin-http` once and is `dest-admin` now. */
const adminPort = 9996
const adminName = /admin/

const portSchema = z.object({ name: z.string().catch(''), containerPort: z.number() })
const schema = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    containers: z.array(z.object({ name: z.string(), ports: z.array(portSchema).catch([]) })),
  }),
  status: z.object({ phase: z.string() }).catch({ phase: '' }),
})

/** The running Pods of Linkerd's destination controller, at least one, by name. */
export async function findDestinationPods(
  reading: Reading,
  namespace: string,
): Promise<Result<PodPort[], Failure>> {
  const listed = await listAs(reading, { resource: pods, namespace, labelSelector: destinationLabel }, read)
  if (!listed.ok) return listed
  if (listed.value.length > 0) return ok(listed.value.sort((a, b) => (a.pod < b.pod ? -1 : 1)))
  return err(
    badAnswer(
      `no Pod with the label ${destinationLabel} runs in namespace ${namespace}`,
      namespace === 'linkerd'
        ? 'if Linkerd is in another namespace, give it with --linkerd-namespace'
        : 'check in which namespace Linkerd is',
    ),
  )
}

function read(object: unknown): PodPort | undefined {
  const { data } = schema.safeParse(object)
  if (data?.status.phase !== 'Running' || data.metadata.deletionTimestamp !== undefined) return undefined
  const ports = data.spec.containers.find(({ name }) => name === container)?.ports
  const port = ports?.find(({ name }) => adminName.test(name))?.containerPort ?? adminPort
  return { namespace: data.metadata.namespace, pod: data.metadata.name, port }
}
