import { expect } from 'vitest'
import { z } from 'zod'
import type { Api } from '../control-plane/api.ts'
import { eventually } from './eventually.ts'
import {
  at,
  endpoints,
  handMade,
  mirrored,
  type SplitOptions,
  slice,
  slices,
  split,
  splits,
  type Weights,
} from './objects.ts'

const weight = z.union([z.number(), z.string()])
const metadata = z.object({ name: z.string(), resourceVersion: z.string() })
const trafficSplit = z.object({
  metadata,
  spec: z.object({ backends: z.array(z.object({ service: z.string(), weight })) }),
})
const event = z.object({
  metadata,
  type: z.string().optional(),
  reason: z.string().optional(),
  action: z.string().optional(),
  note: z.string().optional(),
  reportingController: z.string().optional(),
  regarding: z.object({ kind: z.string().optional(), name: z.string().optional() }).optional(),
  series: z.object({ count: z.number() }).nullish(),
})
const listOf = <T>(item: z.ZodType<T>) => z.object({ items: z.array(item) })

export type Event = z.infer<typeof event>

/** What tests do to a cluster and read from it, in the words of the tests. All in the namespace `default`. */
export interface Cluster {
  /** Creates a Service and its EndpointSlice with `total` endpoints, `ready` of them ready; by default with one port. */
  addService(service: string, ready: number, total?: number, ports?: readonly object[]): Promise<void>
  /** Creates a Service that is mirrored from a linked cluster through its gateway, and is ready. */
  addMirrored(service: string, from: string): Promise<void>
  setReady(service: string, ready: number, total?: number): Promise<void>
  addSplit(name: string, weights: Weights, options?: SplitOptions): Promise<void>
  /** Merge-patches a split's metadata: labels and annotations, null removes. */
  annotate(
    name: string,
    metadata: Readonly<Record<string, Readonly<Record<string, string | null>>>>,
  ): Promise<void>
  weights(name: string): Promise<Weights>
  /** Resolves when the weights are these, and throws with the difference when they are not in time. */
  weightsBecome(name: string, weights: Weights, timeout?: number): Promise<void>
  /** The resourceVersion of one split: unchanged means that nobody wrote. */
  version(name: string): Promise<string>
  /** The resourceVersions of all splits by name. */
  versions(): Promise<ReadonlyMap<string, string>>
  /** Weights of all splits by name. */
  allWeights(): Promise<ReadonlyMap<string, Weights>>
  /** Events (events.k8s.io/v1) of a split, or of all; oldest first. */
  events(filter: {
    readonly split?: string
    readonly reason?: string
    readonly type?: string
  }): Promise<readonly Event[]>
  /**
   * Resolves when the operator has seen and acted upon all that happened before: a fresh split, whose primary
   * is down, has been failed over, and then a second one. The operator writes once for each of the two.
   */
  fence(): Promise<void>
}

type Split = z.infer<typeof trafficSplit>
const weightsOf = ({ spec }: Split): Weights =>
  Object.fromEntries(spec.backends.map(({ service, weight }) => [service, weight]))

/** The number of writes that one `fence` costs the operator. */
export const writesOfFence = 2

export function openCluster(api: Api): Cluster {
  let fences = 0
  const one = (name: string) => api.get(at(splits, 'trafficsplits', name), trafficSplit)
  const all = async () => (await api.get(at(splits, 'trafficsplits'), listOf(trafficSplit))).items

  const cluster: Cluster = {
    addService: async (service, ready, total = Math.max(ready, 1), ports) => {
      const given = ports ? { ports } : {}
      await api.create(at('v1', 'services'), handMade(service, given))
      await api.create(at(slices, 'endpointslices'), { ...slice(service, ready, total), ...given })
    },
    addMirrored: async (name, from) => {
      const { service, endpoints } = mirrored(name, from)
      await api.create(at('v1', 'services'), service)
      await api.create(at('v1', 'endpoints'), endpoints)
    },
    setReady: (service, ready, total = Math.max(ready, 1)) =>
      api.patch(at(slices, 'endpointslices', `${service}-1`), { endpoints: endpoints(ready, total) }),
    addSplit: (name, weights, options = {}) =>
      api.create(at(options.version ?? splits, 'trafficsplits'), split(name, weights, options)),
    annotate: (name, metadata) => api.patch(at(splits, 'trafficsplits', name), { metadata }),
    weights: async (name) => weightsOf(await one(name)),
    weightsBecome: async (name, weights, timeout) => {
      await eventually(async () => expect(await cluster.weights(name)).toEqual(weights), timeout)
    },
    version: async (name) => (await one(name)).metadata.resourceVersion,
    versions: async () =>
      new Map((await all()).map(({ metadata }) => [metadata.name, metadata.resourceVersion])),
    allWeights: async () => new Map((await all()).map((item) => [item.metadata.name, weightsOf(item)])),
    events: async (filter) => {
      const { items } = await api.get(at('events.k8s.io/v1', 'events'), listOf(event))
      // The API server records Events too, for instance of a Service with the name of a split.
      const isOf = (split: string, { regarding, reportingController }: Event) =>
        reportingController === 'linkerd-failover' && regarding?.name === split
      return items
        .filter((item) => filter.split === undefined || isOf(filter.split, item))
        .filter(({ reason }) => filter.reason === undefined || reason === filter.reason)
        .filter(({ type }) => filter.type === undefined || type === filter.type)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    },
    fence: async () => {
      for (let written = 0; written < writesOfFence; written++) {
        const name = `fence-${++fences}`
        await cluster.addService(`${name}-a`, 0)
        await cluster.addService(`${name}-b`, 1)
        await cluster.addSplit(name, { [`${name}-a`]: 1, [`${name}-b`]: 0 })
        await cluster.weightsBecome(name, { [`${name}-a`]: 0, [`${name}-b`]: 1 })
      }
    },
  }
  return cluster
}
