import * as z from 'zod'
import type { PodPort } from '../kube/http/port-forward.ts'
import type { Resource } from '../kube/resource.ts'

export const pods: Resource = { group: '', version: 'v1', plural: 'pods' }

/** A port of a container, by the name that the container gives it, if any. */
interface ContainerPort {
  readonly name: string
  readonly containerPort: number
}

/** A Pod with one of its containers. */
export interface Pod {
  readonly namespace: string
  readonly name: string
  /** It runs, and nobody has deleted it. */
  readonly isRunning: boolean
  readonly isReady: boolean
  /** Those of the container; `undefined` if the Pod has no container of that name. */
  readonly ports: readonly ContainerPort[] | undefined
}

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
  status: z
    .object({
      phase: z.string().catch(''),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).catch([]),
    })
    .catch({ phase: '', conditions: [] }),
})

/** Reads a Pod; `undefined` if it is not one. */
export function readPod(object: unknown, containerName: string): Pod | undefined {
  const { data } = schema.safeParse(object)
  if (!data) return undefined
  const { metadata, spec, status } = data
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    isRunning: status.phase === 'Running' && metadata.deletionTimestamp === undefined,
    isReady: status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    ports: spec.containers.find(({ name }) => name === containerName)?.ports,
  }
}

/** The first port of the container with such a name, else the port `otherwise`. */
export function portOf(
  { namespace, name: pod, ports }: Pod,
  isIt: (name: string) => boolean,
  otherwise: number,
): PodPort {
  const port = ports?.find(({ name }) => isIt(name))?.containerPort ?? otherwise
  return { namespace, pod, port }
}
