import * as z from 'zod'
import type { ServiceKey } from '../../core/types.ts'

/** What a migration works on, from a cluster or from a file. */
export interface MigrationInput {
  /** Objects of TrafficSplits as their JSON has them. */
  readonly splits: readonly unknown[]
  /** The ports that carry TCP, of each Service that is known. */
  readonly ports: ReadonlyMap<ServiceKey, readonly number[]>
  /** The `apiVersion` to write the routes in. */
  readonly apiVersion: string
  /** Routes of the kind to write that are there already, as `namespace/name`. */
  readonly existing: ReadonlySet<string>
  /** What is to be known of the source as a whole. */
  readonly notes: readonly string[]
}

export interface ServicePorts {
  readonly service: ServiceKey
  readonly ports: readonly number[]
}

const service = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.object({
    ports: z.array(z.object({ port: z.number(), protocol: z.string().default('TCP') })).catch([]),
  }),
})

/** The ports of a Service that can carry HTTP; `undefined` for an object that is none. */
export function readPorts(object: unknown): ServicePorts | undefined {
  const { data } = service.safeParse(object)
  if (!data) return undefined
  const { namespace, name } = data.metadata
  const ports = data.spec.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port)
  return { service: `${namespace}/${name}`, ports }
}

export const portsByService = (found: readonly ServicePorts[]): MigrationInput['ports'] =>
  new Map(found.map(({ service, ports }) => [service, ports]))
