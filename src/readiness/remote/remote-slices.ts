import { err, ok, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { ClusterConfig } from '../../kube/cluster/cluster.ts'
import { waitAskedBy } from '../../kube/errors.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { resourcePath } from '../../kube/resource.ts'
import { listPages } from '../../kube/watch/pages.ts'
import type { StoreChange } from '../../kube/watch/store.ts'
import { sliceObjects } from '../local-slices.ts'
import { type Slice, serviceNameLabel } from '../slice.ts'
import { SliceIndex } from '../slice-index.ts'
import type { LinkTools } from './link-tools.ts'
import { SliceWatch } from './slice-watch.ts'

/**
 * The most that the names of one watch may take of its URL (characters): a URL of 8 KiB is one that any proxy
 * takes. Each watch has a connection of its own, which needs 100 KiB, so there are as few as possible.
 */
const mostLetters = 7_000

/** What a name takes of a URL, with its comma, which is three letters there. */
const lettersOf = (name: string): number => name.length + 3

/** Routes need slices as soon as they appear; they are asked for in the next moment. */
export const notAskedYet = 'the operator has not asked for them yet'

/** Names of Services by namespace. */
export type Wanted = ReadonlyMap<string, ReadonlySet<string>>

/** The EndpointSlices of Services of one other cluster, of those alone that are wanted. */
export class RemoteSlices {
  readonly #cluster: string
  readonly #tools: LinkTools
  readonly #transport: Transport
  readonly #index = new SliceIndex()
  readonly #watches = new Map<string, SliceWatch[]>()
  /** The API server there asked for no read before (ms on the clock). */
  #askedUntil = Number.NEGATIVE_INFINITY

  constructor(cluster: string, config: ClusterConfig, tools: LinkTools) {
    this.#cluster = cluster
    this.#tools = tools
    this.#transport = tools.connect(config)
  }

  /** The slices of a Service by family; the error says why they are not known. */
  of(service: ServiceKey): Result<readonly (readonly Slice[])[], string> {
    const { watch, name } = this.#find(service)
    const doubt = watch ? watch.doubt(name) : notAskedYet
    return doubt === undefined ? ok(this.#index.of(service)) : err(doubt)
  }

  /**
   * The slices of a Service as that cluster has them now; the error says why they cannot be read, or are in
   * doubt.
   */
  async readNow(
    service: ServiceKey,
    signal: AbortSignal,
  ): Promise<Result<readonly (readonly Slice[])[], string>> {
    const { clock } = this.#tools
    const known = this.of(service)
    if (!known.ok) return known
    if (clock.now() < this.#askedUntil) return err('its API server asks for no request now')
    const [namespace = '', name = ''] = service.split('/')
    const index = new SliceIndex()
    const listed = await listPages(
      this.#transport,
      resourcePath(sliceObjects.resource, namespace),
      { labelSelector: `${serviceNameLabel}=${name}` },
      signal,
      (object) => {
        if (sliceObjects.serviceOf(object) === service)
          index.change({ key: '', after: sliceObjects.project(object) })
      },
    )
    if (listed.ok) return ok(index.of(service))
    this.#askedUntil = clock.now() + (waitAskedBy(listed.error) ?? 0)
    return err(listed.error.message)
  }

  /** Whether they are known soon, if nothing fails. */
  isPending(service: ServiceKey): boolean {
    const { watch, name } = this.#find(service)
    return watch?.isPending(name) ?? true
  }

  get watches(): readonly SliceWatch[] {
    return [...this.#watches.values()].flat().filter(({ names }) => names.size > 0)
  }

  /** Follows these Services from now on, and no others. */
  want(wanted: Wanted): void {
    for (const namespace of new Set([...this.#watches.keys(), ...wanted.keys()]))
      this.#wantIn(namespace, wanted.get(namespace) ?? new Set())
  }

  /** Forgets everything. Resolves when all connections are closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#watches.values()].flat().map((watch) => watch.stop()))
    await this.#transport.close()
  }

  /** A Service stays with the watch that has it, so that few watches begin anew. */
  #wantIn(namespace: string, wanted: ReadonlySet<string>): void {
    const watches = this.#watches.get(namespace) ?? []
    const kept = watches.map(({ names }) => new Selection([...names].filter((name) => wanted.has(name))))
    for (const name of wanted) {
      if (kept.some(({ names }) => names.has(name))) continue
      const room = kept.find((selection) => selection.hasRoomFor(name))
      if (room) room.add(name)
      else kept.push(new Selection([name]))
    }
    const all = kept.map(({ names }, place) => {
      const watch = watches[place] ?? this.#createWatch(namespace)
      watch.follow(names)
      return watch
    })
    const left = all.filter(({ names }) => names.size > 0)
    // One without names stays, and asks for nothing: it knows how new the cluster was, so that an older list
    // is not believed later.
    this.#watches.set(namespace, left.length > 0 ? left : all.slice(0, 1))
  }

  #createWatch(namespace: string): SliceWatch {
    return new SliceWatch({
      ...this.#tools,
      cluster: this.#cluster,
      namespace,
      transport: this.#transport,
      onChange: (change) => this.#take(change),
    })
  }

  /** What is in doubt is reported once it is known: a list of 500 is not 500 changes. */
  #take(change: StoreChange<Slice>): void {
    for (const { service, turned } of this.#index.change(change)) {
      const { watch, name } = this.#find(service)
      if (watch?.isSure(name)) this.#tools.onMember(this.#cluster, service, turned)
    }
  }

  #find(service: ServiceKey): { watch: SliceWatch | undefined; name: string } {
    const [namespace = '', name = ''] = service.split('/')
    return { watch: this.#watches.get(namespace)?.find(({ names }) => names.has(name)), name }
  }
}

/** The names of one watch. */
class Selection {
  readonly names = new Set<string>()
  #letters = 0

  constructor(names: readonly string[]) {
    for (const name of names) this.add(name)
  }

  hasRoomFor(name: string): boolean {
    return this.#letters + lettersOf(name) <= mostLetters
  }

  add(name: string): void {
    this.names.add(name)
    this.#letters += lettersOf(name)
  }
}
