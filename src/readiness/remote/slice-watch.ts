import type { ServiceKey } from '../../core/types.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { always } from '../../kube/watch/cache.ts'
import { type Reflector, startReflector } from '../../kube/watch/reflector.ts'
import type { ReflectorState } from '../../kube/watch/reflector-state.ts'
import { createStore, type StoreChange } from '../../kube/watch/store.ts'
import { sliceObjects } from '../local-slices.ts'
import { type Slice, serviceNameLabel } from '../slice.ts'
import type { LinkTools } from './link-tools.ts'

export interface SliceWatchOptions extends Omit<LinkTools, 'transport'> {
  readonly cluster: string
  readonly namespace: string
  /** To that cluster. */
  readonly transport: Transport
  readonly onChange: (change: StoreChange<Slice>) => void
}

/** The EndpointSlices of some Services of one namespace of another cluster. */
export class SliceWatch {
  /** The Services to follow; none before `follow`. */
  names: ReadonlySet<string> = new Set()
  readonly #options: SliceWatchOptions
  readonly #store: ReturnType<typeof createStore<Slice>>
  #reflector: Reflector | undefined
  /** Those whose slices were listed completely. */
  #known: ReadonlySet<string> = new Set()
  #isLost = false
  #changing: Promise<void> = Promise.resolve()

  constructor(options: SliceWatchOptions) {
    this.#options = options
    this.#store = createStore(options.onChange)
  }

  /** How many slices are kept. */
  get size(): number {
    return this.#store.reader.size
  }

  get state(): ReflectorState {
    return this.#reflector?.state ?? 'stopped'
  }

  /** True once all Services are known, and while nothing of them can be missed. */
  get isCurrent(): boolean {
    return !this.#isLost && [...this.names].every((name) => this.#known.has(name))
  }

  /** Whether what is known of a Service may be believed. */
  isSure(name: string): boolean {
    return !this.#isLost && this.#known.has(name)
  }

  /** Why the slices of a Service must not be believed, in words; `undefined` if they may be. */
  doubt(name: string): string | undefined {
    if (this.isSure(name)) return undefined
    const why = this.#reflector?.complaint ? `: ${this.#reflector.complaint}` : ''
    return this.#known.has(name)
      ? `their watch is lost, so they may have changed${why}`
      : `their list is not complete yet${why}`
  }

  /** Whether the slices of a Service are listed for the first time, and nothing has failed so far. */
  isPending(name: string): boolean {
    return !this.#known.has(name) && !this.#reflector?.complaint
  }

  /** Follows these Services from now on. Those that it followed before stay known meanwhile. */
  follow(names: ReadonlySet<string>): void {
    if (names.size === this.names.size && [...names].every((name) => this.names.has(name))) return
    this.names = names
    this.#changing = this.#changing.then(() => this.#restart(names))
  }

  /** Forgets everything. Resolves when nothing is asked of the cluster any more. */
  stop(): Promise<void> {
    this.follow(new Set())
    return this.#changing
  }

  async #restart(names: ReadonlySet<string>): Promise<void> {
    await this.#reflector?.stop()
    if (names !== this.names) return
    this.#reflector = undefined
    if (names.size === 0) {
      this.#known = new Set()
      this.#store.writer.markAbsent()
      return
    }
    const { cluster, namespace, clock, random, log, transport, onEvent } = this.#options
    const name = `${sliceObjects.name}@${cluster}`
    const asked = new Set([...names].map((service) => this.#keyOf(service)))
    this.#reflector = startReflector({
      name,
      namespace,
      clock,
      random,
      log,
      transport,
      resource: always(sliceObjects.resource),
      labelSelector: `${serviceNameLabel} in (${[...names].sort().join()})`,
      relists: true,
      project: sliceObjects.project,
      isAskedFor: (object) => asked.has(sliceObjects.serviceOf(object) ?? ''),
      writer: this.#store.writer,
      onState: (state) => this.#onState(state, names),
      onEvent: (type) => onEvent?.(name, type),
    })
  }

  #onState(state: ReflectorState, names: ReadonlySet<string>): void {
    const isLost = state === 'backingOff' || (this.#isLost && state !== 'watching')
    const isNews = isLost !== this.#isLost || (state === 'watching' && names !== this.#known)
    if (state === 'watching') this.#known = names
    this.#isLost = isLost
    if (!isNews) return
    for (const name of names) this.#options.onMember(this.#options.cluster, this.#keyOf(name), true)
  }

  #keyOf(name: string): ServiceKey {
    return `${this.#options.namespace}/${name}`
  }
}
