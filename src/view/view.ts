import type { Clock } from '../base/clock.ts'
import { type RouteState, stateOf } from '../core/state.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'
import { type Change, Changes } from './changes.ts'
import { Counts } from './counts.ts'
import type { Look, RouteKey, Standing } from './route-record.ts'
import { Timeline } from './timeline.ts'
import type { Happening } from './timeline-entry.ts'

export interface ViewOptions {
  readonly clock: Clock
  /** Sets the ids of this process apart from those of all others; letters and digits. */
  readonly epoch: string
  readonly readiness: (service: ServiceKey) => Readiness
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
  /** How many happenings, and how many routes that are gone, are remembered. */
  readonly capacity?: number
}

/** What is told of a happening; the rest the view gives it. */
export type Told = Omit<Happening, 'id' | 'revision' | 'at'>

/** One thing that a reader of the view may have missed. */
export type News =
  | { readonly kind: 'route'; readonly standing: Standing }
  | { readonly kind: 'gone'; readonly key: RouteKey; readonly revision: number }
  | { readonly kind: 'happening'; readonly happening: Happening }

type Subject = RouteKey | Happening

/**
 * What people may see: how every route stands, and what happened. It follows the operator and decides nothing.
 * A change costs O(1) whoever listens; memory is bounded by the routes there are and by `capacity`.
 */
export class View {
  readonly epoch: string
  readonly readiness: ViewOptions['readiness']
  readonly clusterOf: ViewOptions['clusterOf']
  readonly timeline: Timeline
  readonly #clock: Clock
  readonly #capacity: number
  readonly #standings = new Map<RouteKey, Standing>()
  readonly #gone = new Map<RouteKey, number>()
  readonly #counts = new Counts()
  readonly #changes = new Changes<Subject>((change) => this.#isCurrent(change))
  readonly #listeners = new Set<() => void>()
  /** Happenings up to here, and routes gone up to here, cannot be told any more. */
  #lostHappening = 0
  #lostGone = 0

  constructor({ clock, epoch, readiness, clusterOf, capacity = 10_000 }: ViewOptions) {
    this.epoch = epoch
    this.readiness = readiness
    this.clusterOf = clusterOf
    this.timeline = new Timeline(capacity)
    this.#clock = clock
    this.#capacity = capacity
  }

  get revision(): number {
    return this.#changes.revision
  }

  get(key: RouteKey): Standing | undefined {
    return this.#standings.get(key)
  }

  /** All routes, in no order. */
  standings(): Iterable<Standing> {
    return this.#standings.values()
  }

  /** How many routes stand how, by kind. */
  counts(): Iterable<{ kind: string; state: RouteState; count: number }> {
    return this.#counts.all()
  }

  /** Takes what a look at a route found. */
  put(key: RouteKey, look: Look): Standing {
    const before = this.#standings.get(key)
    const state = stateOf(look.decisions)
    const since = before && before.state !== state ? this.#clock.wallTime() : before?.since
    const standing = { ...look, key, state, since, revision: this.#changes.next() }
    this.#counts.move(look.route.kind, before?.state, state)
    this.#standings.set(key, standing)
    this.#gone.delete(key)
    this.#tell(standing.revision, key)
    return standing
  }

  /** Something that is shown with a route is not as it was: the counts behind its backends. */
  touch(key: RouteKey): void {
    const standing = this.#standings.get(key)
    if (!standing) return
    const revision = this.#changes.next()
    this.#standings.set(key, { ...standing, revision })
    this.#tell(revision, key)
  }

  /** The route is not ours any more. */
  remove(key: RouteKey): void {
    const standing = this.#standings.get(key)
    if (!standing) return
    this.#counts.move(standing.route.kind, standing.state, undefined)
    this.#standings.delete(key)
    const revision = this.#changes.next()
    this.#gone.set(key, revision)
    if (this.#gone.size > this.#capacity) this.#forgetOldestGone()
    this.#tell(revision, key)
  }

  /** Writes a line into the timeline. */
  happen(told: Told): Happening {
    const revision = this.#changes.next()
    const happening = { ...told, id: `${this.epoch}-${revision}`, revision, at: this.#clock.wallTime() }
    const lost = this.timeline.push(happening)
    if (lost) this.#lostHappening = lost.revision
    this.#tell(revision, happening)
    return happening
  }

  /** What is news to a reader who knows all up to `revision`; `undefined` when that is not known in full. */
  after(revision: number): Iterable<News> | undefined {
    const isKnown = revision >= Math.max(this.#lostHappening, this.#lostGone) && revision <= this.revision
    return isKnown ? this.#newsAfter(revision) : undefined
  }

  /** Calls `listener` after each change, until the function that it answers with is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  *#newsAfter(revision: number): Iterable<News> {
    for (const { revision: at, what } of this.#changes.after(revision)) {
      if (typeof what !== 'string') yield { kind: 'happening', happening: what }
      else {
        const standing = this.#standings.get(what)
        yield standing ? { kind: 'route', standing } : { kind: 'gone', key: what, revision: at }
      }
    }
  }

  #tell(revision: number, what: Subject): void {
    this.#changes.add({ revision, what })
    for (const listener of this.#listeners) listener()
  }

  #forgetOldestGone(): void {
    const [oldest] = this.#gone
    if (!oldest) return
    const [key, revision] = oldest
    this.#gone.delete(key)
    this.#lostGone = revision
  }

  #isCurrent({ revision, what }: Change<Subject>): boolean {
    if (typeof what !== 'string') return revision > this.#lostHappening
    return (this.#standings.get(what)?.revision ?? this.#gone.get(what)) === revision
  }
}
