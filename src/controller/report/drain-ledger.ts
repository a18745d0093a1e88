import { weightOf } from '../../core/split.ts'
import { type DrainOutcome, type LeftRoute, mostLeft } from '../../policies/drain-status.ts'
import type { Judged } from '../../routes/judge.ts'
import { partsOf, type RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'

export interface DrainLedgerOptions {
  readonly memory: RouteMemory
  /** The Drains in effect (`namespace/name`) that take a Service out for the routes of a namespace. */
  readonly drainsOf: (namespace: string, service: string) => readonly string[]
  /** Called with a Drain of which other routes are moved, or left, than before. */
  readonly onChange: (drain: string) => void
}

/**
 * What is known of a route with a drained backend: why it still has traffic there; `undefined` if it has
 * none.
 */
type Entry = string | undefined

/**
 * Which routes the Drains have moved. A look at a route costs as much as its backends, whatever else there
 * is.
 */
export class DrainLedger {
  readonly #options: DrainLedgerOptions
  readonly #byRoute: Map<RouteKey, ReadonlyMap<string, Entry>>
  readonly #moved = new Map<string, Set<RouteKey>>()
  readonly #left = new Map<string, Map<RouteKey, string>>()

  constructor(options: DrainLedgerOptions) {
    this.#options = options
    this.#byRoute = options.memory.part((key, entries) => {
      for (const drain of entries.keys()) this.#remove(drain, key)
    })
  }

  /** Must be called with each look at a route, and with the route as it is after it. */
  see(key: RouteKey, { verdicts }: Judged, after: Route): void {
    const before = this.#byRoute.get(key)
    const entries = this.#entriesOf(after, verdicts)
    if (entries.size === 0 && !before) return
    if (entries.size > 0) this.#byRoute.set(key, entries)
    else this.#byRoute.delete(key)
    for (const drain of before?.keys() ?? []) if (!entries.has(drain)) this.#remove(drain, key)
    for (const [drain, why] of entries)
      if (!before?.has(drain) || before.get(drain) !== why) this.#put(drain, key, why)
  }

  /** What has become of the routes of a Drain. */
  of(drain: string): DrainOutcome {
    const left = this.#left.get(drain) ?? new Map<RouteKey, string>()
    const first: LeftRoute[] = []
    for (const [key, why] of left) {
      if (first.length === mostLeft) break
      first.push({ ...partsOf(key), why })
    }
    return { moved: this.#moved.get(drain)?.size ?? 0, left: left.size, first }
  }

  #entriesOf({ namespace, splits }: Route, verdicts: Judged['verdicts']): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>()
    for (const [index, split] of splits.entries())
      for (const backend of split.backends) {
        if (backend.foreign) continue
        for (const drain of this.#options.drainsOf(namespace, backend.service)) {
          const why = weightOf(split, backend) > 0 ? (verdicts[index]?.sentence ?? '') : undefined
          entries.set(drain, entries.get(drain) ?? why)
        }
      }
    return entries
  }

  #put(drain: string, key: RouteKey, why: Entry): void {
    const moved = this.#moved.get(drain) ?? new Set<RouteKey>()
    const left = this.#left.get(drain) ?? new Map<RouteKey, string>()
    this.#moved.set(drain, moved)
    this.#left.set(drain, left)
    if (why === undefined) {
      left.delete(key)
      moved.add(key)
    } else {
      moved.delete(key)
      left.set(key, why)
    }
    this.#options.onChange(drain)
  }

  #remove(drain: string, key: RouteKey): void {
    const [moved, left] = [this.#moved.get(drain), this.#left.get(drain)]
    moved?.delete(key)
    left?.delete(key)
    if (moved?.size === 0) this.#moved.delete(drain)
    if (left?.size === 0) this.#left.delete(drain)
    this.#options.onChange(drain)
  }
}
