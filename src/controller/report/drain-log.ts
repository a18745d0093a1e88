import type { Clock } from '../../base/clock.ts'
import type { Drain, DrainSpec } from '../../policies/drain.ts'

/** A Drain as people see it, in effect or over. */
export interface ShownDrain {
  readonly namespace: string
  readonly name: string
  /** Whose traffic it moves: of all routes, or of those of its namespace. */
  readonly scope: 'all' | 'namespace'
  readonly spec: DrainSpec
  /** When it was created. */
  readonly since: Date
  /** `undefined` while it is in effect. */
  readonly endedAt: Date | undefined
}

/**
 * A Drain in effect, and since when: if the server does not say when it was created, when it was first seen.
 */
interface Begun {
  readonly drain: Drain
  readonly since: Date
}

/** So many Drains that are over are remembered. */
const mostEnded = 50

export interface DrainLogOptions {
  readonly clock: Pick<Clock, 'wallTime'>
  /** Drains of this namespace are for all routes. */
  readonly rootNamespace: string
  /** Called with a Drain that is over because it was deleted. */
  readonly onDeleted: (drain: Drain) => void
}

/** The Drains that are in effect, and the last ones that were. */
export class DrainLog {
  readonly #options: DrainLogOptions
  readonly #inEffect = new Map<string, Begun>()
  readonly #ended = new Map<string, ShownDrain>()

  constructor(options: DrainLogOptions) {
    this.#options = options
  }

  /** Takes all Drains of the cluster, and those that are in effect although they are not there any more. */
  see(all: Iterable<Drain>, kept: Iterable<Drain>): void {
    const today = this.#options.clock.wallTime()
    const before = new Map(this.#inEffect)
    this.#inEffect.clear()
    for (const drain of [...kept, ...all]) {
      if (!drain.spec) continue
      const since = before.get(idOf(drain))?.since ?? new Date(drain.createdAt ?? today.getTime())
      if (drain.spec.until > today.getTime()) this.#begin({ drain, since })
      else this.#end(drain, since, new Date(drain.spec.until))
    }
    for (const [id, { drain, since }] of before) {
      if (this.#inEffect.has(id) || this.#ended.has(id)) continue
      this.#end(drain, since, today)
      this.#options.onDeleted(drain)
    }
  }

  /** Those in effect, the one that ends first first; then those that are over, the last one first. */
  *shown(): Iterable<ShownDrain> {
    const inEffect = [...this.#inEffect.values()].flatMap(
      ({ drain, since }) => this.#shown(drain, since, undefined) ?? [],
    )
    yield* inEffect.sort((a, b) => a.spec.until - b.spec.until)
    yield* [...this.#ended.values()].reverse()
  }

  #begin(begun: Begun): void {
    this.#inEffect.set(idOf(begun.drain), begun)
    this.#ended.delete(idOf(begun.drain))
  }

  #end(drain: Drain, since: Date, at: Date): void {
    const shown = this.#shown(drain, since, at)
    if (!shown || this.#ended.has(idOf(drain))) return
    this.#ended.set(idOf(drain), shown)
    for (const [oldest] of this.#ended) {
      if (this.#ended.size <= mostEnded) break
      this.#ended.delete(oldest)
    }
  }

  #shown({ namespace, name, spec }: Drain, since: Date, endedAt: Date | undefined): ShownDrain | undefined {
    if (!spec) return undefined
    const scope = namespace === this.#options.rootNamespace ? 'all' : 'namespace'
    return { namespace, name, scope, spec, since, endedAt }
  }
}

/** Another Drain of the same name is another one. */
const idOf = ({ namespace, name, uid }: Drain): string => `${namespace}/${name} ${uid}`
