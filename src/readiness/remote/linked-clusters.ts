import type { Timer } from '../../base/clock.ts'
import { err } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import { startDeadline } from '../../kube/http/deadline.ts'
import {
  type OtherClusters,
  type ReadableClusters,
  type RemoteService,
  unreadClusters,
} from './discovered.ts'
import type { LinkTools } from './link-tools.ts'
import { LinkedCluster, type LinkReading } from './linked-cluster.ts'
import type { Wanted } from './remote-slices.ts'

/** Which clusters are read, and how. */
export interface Links {
  /** Those whose Secrets may be read. */
  readonly clusters: readonly string[]
  /** The namespace of Linkerd's control plane. */
  readonly namespace: string
  readonly connect: LinkTools['connect']
}

/** Routes come and go in crowds; what they want is looked at once it was quiet for so long (ms). */
const settleMs = 50

/**
 * Who waits for reads of other clusters does so for at most so long (ms): what else was read becomes old
 * meanwhile.
 */
const readMs = 500

const notListed = (cluster: string) => `cluster ${cluster} is not one of --linked-clusters`

const keyOf = (cluster: string, service: ServiceKey) => `${cluster} ${service}`

/** The clusters that Linkerd is linked with, as far as routes need them. */
export class LinkedClusters implements ReadableClusters {
  readonly #links: Links | undefined
  readonly #tools: Omit<LinkTools, 'connect'>
  readonly #wanted: () => Iterable<RemoteService>
  readonly #clusters = new Map<string, LinkedCluster>()
  /** Clusters that routes need and that are not to be read; each is reported once. */
  readonly #unlisted = new Set<string>()
  #timer: Timer | undefined

  /**
   * `wanted` answers with the Services that routes need now. Nothing is asked of any server before `start`.
   */
  constructor(
    links: Links | undefined,
    tools: Omit<LinkTools, 'connect'>,
    wanted: () => Iterable<RemoteService>,
  ) {
    this.#links = links
    this.#tools = tools
    this.#wanted = wanted
  }

  slicesOf: OtherClusters['slicesOf'] = (cluster, service) => {
    const known = this.#clusters.get(cluster)
    if (known) return known.slicesOf(service)
    if (!this.#links) return unreadClusters.slicesOf(cluster, service)
    return err(notListed(cluster))
  }

  isPending: OtherClusters['isPending'] = (cluster, service) =>
    this.#clusters.get(cluster)?.isPending(service) ?? false

  readNow: ReadableClusters['readNow'] = async (services, signal) => {
    const deadline = startDeadline(this.#tools.clock, readMs, signal)
    const reads = [...services].flatMap(({ cluster, service }) => {
      const known = this.#clusters.get(cluster)
      return known
        ? [known.readNow(service, deadline.signal).then((read) => [keyOf(cluster, service), read] as const)]
        : []
    })
    const read = new Map(await Promise.all(reads))
    deadline.stop()
    return {
      slicesOf: (cluster, service) => read.get(keyOf(cluster, service)) ?? this.slicesOf(cluster, service),
      isPending: () => false,
    }
  }

  /** Whether this cluster is one of those that are read. */
  reads(cluster: string): boolean {
    return this.#clusters.has(cluster)
  }

  start(): void {
    if (!this.#links) return
    const { clusters, namespace, connect } = this.#links
    const tools = { ...this.#tools, connect }
    for (const name of new Set(clusters)) this.#clusters.set(name, new LinkedCluster(name, namespace, tools))
  }

  /** Routes may need others than before. */
  touch(): void {
    if (!this.#links) return
    this.#timer ??= this.#tools.clock.after(settleMs, () => {
      this.#timer = undefined
      this.#settle()
    })
  }

  get readings(): readonly LinkReading[] {
    return [...this.#clusters.values()].map(({ reading }) => reading)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.stop()))
  }

  #settle(): void {
    const wanted = new Map<string, Map<string, Set<string>>>()
    for (const { cluster, service } of this.#wanted()) {
      const [namespace = '', name = ''] = service.split('/')
      const namespaces = wanted.get(cluster) ?? new Map<string, Set<string>>()
      wanted.set(cluster, namespaces.set(namespace, (namespaces.get(namespace) ?? new Set()).add(name)))
    }
    const nothing: Wanted = new Map()
    for (const [name, cluster] of this.#clusters) cluster.want(wanted.get(name) ?? nothing)
    for (const name of wanted.keys()) this.#reportUnlisted(name)
  }

  #reportUnlisted(cluster: string): void {
    if (this.#clusters.has(cluster) || this.#unlisted.has(cluster)) return
    this.#unlisted.add(cluster)
    const message = `cluster ${cluster} is not read, so all members in it are unknown: it is not one of --linked-clusters`
    this.#tools.log.warn({ cluster }, message)
  }
}
