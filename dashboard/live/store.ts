import { type Counts, noRoutes } from '../model/headline.ts'
import { keyOf, type RouteKey } from '../model/route.ts'
import { entryOf, History, type TimelineEntry } from '../model/timeline-entry.ts'
import type { EntryItem, RouteItem, Status } from './api.ts'
import { atFirst, type Connection, type ConnectionEvent, next } from './connection.ts'
import type { GoneItem } from './decode.ts'

/** The operator remembers as many. */
const rememberedEntries = 10_000

const hasFinding = (route: RouteItem | undefined): 0 | 1 => ((route?.findings.length ?? 0) > 0 ? 1 : 0)

/** Routes with their counts, of one generation: from one load to the next. */
class Routes {
  readonly byKey = new Map<RouteKey, RouteItem>()
  counts: Counts = noRoutes
  /** Revisions at which routes went, so that an older page of a list does not bring them back. */
  readonly #gone = new Map<RouteKey, number>()

  put(route: RouteItem): void {
    const key = keyOf(route)
    const before = this.byKey.get(key)
    if (route.revision <= Math.max(before?.revision ?? -1, this.#gone.get(key) ?? -1)) return
    this.#move(before, route)
    this.byKey.set(key, route)
  }

  remove(gone: GoneItem): void {
    const key = keyOf(gone)
    const before = this.byKey.get(key)
    if (before && before.revision > gone.revision) return
    this.#gone.set(key, gone.revision)
    this.byKey.delete(key)
    this.#move(before, undefined)
  }

  /** Lists are over: from now on everything comes in order. */
  complete(): void {
    this.#gone.clear()
  }

  #move(from: RouteItem | undefined, to: RouteItem | undefined): void {
    const finding = hasFinding(to) - hasFinding(from)
    if (from?.state === to?.state && finding === 0) return
    const counts = { ...this.counts }
    if (from) counts[from.state] -= 1
    if (to) counts[to.state] += 1
    counts.finding += finding
    this.counts = counts
  }
}

/**
 * Everything that the page knows, fed by the server's answers and events in whatever order they come: of two
 * words about one route the higher revision wins. Says that something changed, never what.
 */
export class Store {
  connection: Connection = atFirst
  /** Grows with every change of routes or entries. */
  version = 0
  status: Status | undefined
  /** How far the operator's clock is ahead of the page's (ms). */
  skewMs = 0
  /** True once a complete list of routes was seen. */
  isComplete = false
  #shown = new Routes()
  /** What is being loaded while the last generation is still shown. */
  #loading: Routes | undefined
  #history = new History(rememberedEntries)
  readonly #listeners = new Set<() => void>()

  get routes(): ReadonlyMap<RouteKey, RouteItem> {
    return this.#shown.byKey
  }

  /** Until the first list has arrived, the counts in the status. */
  get counts(): Counts {
    if (this.isComplete) return this.#shown.counts
    return { ...noRoutes, ...this.status?.routes, finding: this.status?.withFindings ?? 0 }
  }

  /** Oldest first. */
  get entries(): readonly TimelineEntry[] {
    return this.#history.lines
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** True while a generation of routes is on its way. */
  get isLoading(): boolean {
    return this.#loading !== undefined
  }

  connect(event: ConnectionEvent): void {
    if (event.kind === 'current' && this.connection.phase === 'live') return
    this.connection = next(this.connection, event)
    this.#notify()
  }

  /**
   * Begins a new generation. What was known stays in sight until `endLoad`; an empty page fills as it comes.
   */
  beginLoad(): void {
    this.#loading = new Routes()
    this.#history = new History(rememberedEntries)
    if (!this.isComplete) this.#shown = this.#loading
    this.#changed()
  }

  endLoad(): void {
    if (this.#loading) this.#shown = this.#loading
    this.#loading = undefined
    this.#shown.complete()
    this.isComplete = true
    this.connect({ kind: 'current' })
  }

  putRoutes(routes: readonly RouteItem[]): void {
    const target = this.#loading ?? this.#shown
    for (const route of routes) target.put(route)
    this.#changed()
  }

  removeRoute(gone: GoneItem): void {
    const target = this.#loading ?? this.#shown
    target.remove(gone)
    if (!this.#loading) target.complete()
    this.#changed()
  }

  addEntries(items: readonly EntryItem[]): void {
    this.#history.add(items.map(entryOf))
    this.#changed()
  }

  /** @param at when it arrived, by the page's clock */
  setStatus(status: Status, at: number): void {
    this.status = status
    this.skewMs = Date.parse(status.time) - at
    this.#notify()
  }

  #changed(): void {
    this.version += 1
    this.#notify()
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }
}
