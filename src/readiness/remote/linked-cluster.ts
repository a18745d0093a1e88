import { err, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { ClusterConfig } from '../../kube/cluster/cluster.ts'
import type { ReflectorState } from '../../kube/watch/reflector-state.ts'
import type { Slice } from '../slice.ts'
import { Credentials } from './credentials.ts'
import type { LinkTools } from './link-tools.ts'
import { notAskedYet, RemoteSlices, type Wanted } from './remote-slices.ts'

/** How one linked cluster is read. */
export interface LinkReading {
  readonly cluster: string
  /** `idle`: no route needs it; else the state of its watches, of several the one that is worst. */
  readonly state: 'noCredentials' | 'idle' | ReflectorState
  /** Whether all that routes need of it is known, and followed. */
  readonly synced: boolean
  /** EndpointSlices that are kept. */
  readonly size: number
}

/**
 * One cluster that Linkerd is linked with: its credentials, and what they show as long as somebody wants it.
 */
export class LinkedCluster {
  readonly name: string
  readonly #tools: LinkTools
  readonly #credentials: Credentials
  #kubeconfig: string | undefined
  /** What the log has said last of the credentials; '' if nothing is wrong with them. */
  #trouble = ''
  #slices: RemoteSlices | undefined
  #wanted: Wanted = new Map()
  readonly #closing = new Set<Promise<void>>()

  /** `namespace`: Linkerd's own, where the Secret is. */
  constructor(name: string, namespace: string, tools: LinkTools) {
    this.name = name
    this.#tools = tools
    this.#credentials = new Credentials(name, namespace, tools, () => this.#settle())
  }

  slicesOf(service: ServiceKey): Result<readonly (readonly Slice[])[], string> {
    if (this.#slices) return this.#slices.of(service)
    const { found } = this.#credentials
    return err(found.ok ? notAskedYet : found.error)
  }

  async readNow(
    service: ServiceKey,
    signal: AbortSignal,
  ): Promise<Result<readonly (readonly Slice[])[], string>> {
    return this.#slices?.readNow(service, signal) ?? this.slicesOf(service)
  }

  isPending(service: ServiceKey): boolean {
    if (this.#slices) return this.#slices.isPending(service)
    return this.#credentials.isPending || this.#credentials.found.ok
  }

  /** Reads these Services from now on, and nothing once there is none. */
  want(wanted: Wanted): void {
    this.#wanted = wanted
    this.#settle()
  }

  get reading(): LinkReading {
    const { name: cluster } = this
    if (!this.#slices) {
      const synced = this.#wanted.size === 0 && this.#credentials.found.ok
      return { cluster, state: synced ? 'idle' : 'noCredentials', synced, size: 0 }
    }
    const { watches } = this.#slices
    return {
      cluster,
      state: watches.find(({ isCurrent }) => !isCurrent)?.state ?? 'watching',
      synced: watches.every(({ isCurrent }) => isCurrent),
      size: watches.reduce((sum, { size }) => sum + size, 0),
    }
  }

  async stop(): Promise<void> {
    await this.#credentials.stop()
    this.#disconnect()
    await Promise.all(this.#closing)
  }

  /** Connects, connects again, or disconnects, as credentials and wishes are now. */
  #settle(): void {
    const { found, isKnown } = this.#credentials
    const kubeconfig = found.ok ? found.value.kubeconfig : undefined
    const before = this.#slices
    if (kubeconfig !== this.#kubeconfig || this.#wanted.size === 0) this.#disconnect()
    this.#kubeconfig = kubeconfig
    if (found.ok && this.#wanted.size > 0) this.#connect(found.value.config)
    this.#complain(found.ok || !isKnown || this.#wanted.size === 0 ? '' : found.error)
    this.#slices?.want(this.#wanted)
    if (this.#slices !== before) this.#reportAll()
  }

  /** What was known is not known any more. */
  #reportAll(): void {
    for (const [namespace, names] of this.#wanted)
      for (const name of names) this.#tools.onMember(this.name, `${namespace}/${name}`, true)
  }

  #connect(config: ClusterConfig): void {
    if (this.#slices) return
    const { server } = config
    this.#tools.log.info({ cluster: this.name, server }, `reading cluster ${this.name} at ${server}`)
    this.#slices = new RemoteSlices(this.name, config, this.#tools)
  }

  #complain(trouble: string): void {
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    if (trouble === '') return
    const message = `cluster ${this.name} cannot be read, so all members in it are unknown, and of what is mirrored from it through a gateway the Endpoints alone count: ${trouble}`
    this.#tools.log.warn({ cluster: this.name }, message)
  }

  #disconnect(): void {
    const slices = this.#slices
    this.#slices = undefined
    if (!slices) return
    const closing = slices.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
