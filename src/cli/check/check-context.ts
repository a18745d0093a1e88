import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { codecs } from '../../routes/codecs.ts'
import type { RouteCodec } from '../../routes/route.ts'
import type { Context } from '../command.ts'
import { type Failure, refused } from '../failure.ts'
import { defaultSelector } from '../flags.ts'
import type { Reading } from '../listing.ts'
import { findDeployments, type OperatorDeployment } from '../operator-deployment.ts'
import { type Snapshot, takeSnapshot } from '../snapshot.ts'

/** A kind of route that the cluster serves. */
export interface ServedKind {
  readonly codec: RouteCodec
  readonly resource: Resource
}

type Answer<T> = Promise<Result<T, Failure>>

/** What checks share: the cluster, and what several of them read of it, once a round. */
export class CheckContext {
  /** What the command was given. */
  readonly command: Context
  /** Routes of this namespace only. */
  readonly namespace: string | undefined
  /** The times of renewal at which the leader's lease was seen; kept from round to round. */
  readonly renewals = new Set<string>()
  #kinds: Answer<ServedKind[]> | undefined
  #deployments: Answer<OperatorDeployment[]> | undefined
  readonly #snapshots = new Map<string, Answer<Snapshot>>()

  constructor(command: Context, namespace: string | undefined) {
    this.command = command
    this.namespace = namespace
  }

  /** Discards what was read, so that a repeated check sees the present state. */
  forget(): void {
    this.#kinds = undefined
    this.#deployments = undefined
    this.#snapshots.clear()
  }

  async reading(): Answer<Reading> {
    const cluster = await this.command.connect()
    if (!cluster.ok) return cluster
    return ok({ transport: cluster.value.transport, signal: this.command.io.interrupted })
  }

  /** The kinds of routes that can be followed here. */
  kinds(): Answer<ServedKind[]> {
    this.#kinds ??= this.#read(servedKinds)
    return this.#kinds
  }

  deployments(): Answer<OperatorDeployment[]> {
    this.#deployments ??= this.#read(findDeployments)
    return this.#deployments
  }

  /** The operator's Deployment, if there is exactly one. */
  async deployment(): Promise<OperatorDeployment | undefined> {
    const found = await this.deployments()
    return found.ok && found.value.length === 1 ? found.value[0] : undefined
  }

  /** The routes that the operator selects; those of the default selector if its own selector is unknown. */
  async snapshot(): Answer<Snapshot> {
    return this.selectedBy((await this.deployment())?.selector ?? defaultSelector)
  }

  /** The routes that a selector selects. */
  selectedBy(selector: string): Answer<Snapshot> {
    const { namespace } = this
    const known = this.#snapshots.get(selector)
    if (known) return known
    const { io } = this.command
    const taken = this.#read((reading) => takeSnapshot(reading, { namespace, selector }, io))
    this.#snapshots.set(selector, taken)
    return taken
  }

  async #read<T>(read: (reading: Reading) => Answer<T>): Answer<T> {
    const reading = await this.reading()
    return reading.ok ? read(reading.value) : reading
  }
}

async function servedKinds(reading: Reading): Answer<ServedKind[]> {
  const discovery = new DiscoverySnapshot(reading)
  const served: ServedKind[] = []
  for (const codec of codecs) {
    const resource = await discovery.find(codec)
    if (!resource.ok) return err(refused(resource.error))
    if (resource.value) served.push({ codec, resource: resource.value })
  }
  return ok(served)
}
