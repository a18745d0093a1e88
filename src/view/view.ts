import type { Clock } from '../base/clock.ts'
import type { AccountOf } from '../core/account.ts'
import { type WaitKind, waitKinds } from '../core/policy/types.ts'
import { type RouteState, stateOf } from '../core/state.ts'
import type { ReadinessOf, ServiceKey } from '../core/types.ts'
import type { Finding } from '../routes/finding.ts'
import type { RouteKey } from '../routes/key.ts'
import { type Change, Changes } from './changes.ts'
import { Counts } from './counts.ts'
import type { LastLook, RouteRecord } from './route-record.ts'
import { Timeline } from './timeline.ts'
import type { PastEntry, TimelineEntry } from './timeline-entry.ts'
import { earlier, isSameTime } from './times.ts'

export interface ViewOptions {
  readonly clock: Clock
  /** Sets the ids of this process apart from those of all others; letters and digits. */
  readonly epoch: string
  readonly readiness: ReadinessOf
  readonly account: AccountOf
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
  /** How many entries, and how many routes that are gone, are remembered. */
  readonly capacity?: number
}

/** An entry to append: the view adds its id, revision and time. */
export type NewEntry = Omit<TimelineEntry, 'id' | 'revision' | 'at' | 'fromEvents'>

/** One change that a reader of the view may have missed. */
export type News =
  | { readonly kind: 'route'; readonly record: RouteRecord }
  | { readonly kind: 'gone'; readonly key: RouteKey; readonly revision: number }
  | { readonly kind: 'entry'; readonly entry: TimelineEntry }

type Subject = RouteKey | TimelineEntry

/**
 * What people may see: the state of every route, and what happened. It follows the operator and decides
 * nothing. A change costs O(1) whoever listens; memory is bounded by the routes there are and by `capacity`.
 */
export class View {
  readonly epoch: string
  readonly readiness: ViewOptions['readiness']
  readonly account: ViewOptions['account']
  readonly clusterOf: ViewOptions['clusterOf']
  readonly timeline: Timeline
  readonly #clock: Clock
  readonly #capacity: number
  readonly #records = new Map<RouteKey, RouteRecord>()
  /** Of routes with any; a route may have some before the first look at it has ended. */
  readonly #findings = new Map<RouteKey, readonly Finding[]>()
  readonly #gone = new Map<RouteKey, number>()
  readonly #counts = new Counts()
  /** What routes wait for; only of those that do. */
  readonly #waiting = new Map<RouteKey, NonNullable<LastLook['waits']>>()
  readonly #changes = new Changes<Subject>((change) => this.#isCurrent(change))
  readonly #listeners = new Set<() => void>()
  /** Entries up to here, and routes gone up to here, can no longer be given to a reader. */
  #lostEntry = 0
  #lostGone = 0

  constructor({ clock, epoch, readiness, account, clusterOf, capacity = 10_000 }: ViewOptions) {
    this.epoch = epoch
    this.readiness = readiness
    this.account = account
    this.clusterOf = clusterOf
    this.timeline = new Timeline(capacity)
    this.#clock = clock
    this.#capacity = capacity
  }

  get revision(): number {
    return this.#changes.revision
  }

  get(key: RouteKey): RouteRecord | undefined {
    return this.#records.get(key)
  }

  /** All routes, in no order. */
  records(): Iterable<RouteRecord> {
    return this.#records.values()
  }

  /** How many routes wait, by what they wait for. */
  *waiting(): Iterable<{ readonly why: WaitKind; readonly count: number }> {
    for (const why of waitKinds) {
      const waits = [...this.#waiting.values()].filter((all) => all.some((wait) => wait?.what === why))
      yield { why, count: waits.length }
    }
  }

  /** How many routes are in each state, by kind. */
  counts(): Iterable<{ kind: string; state: RouteState; count: number }> {
    return this.#counts.all()
  }

  /** Stores what a look at a route found. */
  put(key: RouteKey, look: LastLook): RouteRecord {
    const before = this.#records.get(key)
    const state = stateOf(look.decisions)
    const since = this.#sinceOf(before, state, look)
    const findings = this.#findings.get(key) ?? []
    const firstSeen = before?.firstSeen ?? this.#clock.wallTime()
    const sinceBefore = before?.sinceBefore ?? earlier(firstSeen, look.beganBefore)
    const revision = this.#changes.next()
    const record = { ...look, key, state, since, firstSeen, sinceBefore, findings, revision }
    this.#counts.move(look.route.kind, before?.state, state)
    if (look.waits) this.#waiting.set(key, look.waits)
    else this.#waiting.delete(key)
    this.#records.set(key, record)
    this.#gone.delete(key)
    this.#notify(record.revision, key)
    return record
  }

  /** At the first look: since the operator wrote the weights, perhaps in an earlier process. */
  #sinceOf(before: RouteRecord | undefined, state: RouteState, { movedSince }: LastLook): Date | undefined {
    if (!before) return movedSince === undefined ? undefined : new Date(movedSince)
    return before.state === state ? before.since : this.#clock.wallTime()
  }

  /** Something that is shown with a route has changed: the counts behind its backends. */
  touch(key: RouteKey): void {
    const record = this.#records.get(key)
    if (!record) return
    const revision = this.#changes.next()
    this.#records.set(key, { ...record, revision })
    this.#notify(revision, key)
  }

  /** Stores all that is wrong with a route or around it by now. */
  find(key: RouteKey, findings: readonly Finding[]): void {
    if (isSame(this.#findings.get(key) ?? [], findings)) return
    if (findings.length > 0) this.#findings.set(key, findings)
    else this.#findings.delete(key)
    const record = this.#records.get(key)
    if (!record) return
    const revision = this.#changes.next()
    this.#records.set(key, { ...record, findings, revision })
    this.#notify(revision, key)
  }

  /** How many routes have a finding. */
  get withFindings(): number {
    return this.#findings.size
  }

  /** The operator no longer controls the route. */
  remove(key: RouteKey): void {
    this.#findings.delete(key)
    this.#waiting.delete(key)
    const record = this.#records.get(key)
    if (!record) return
    this.#counts.move(record.route.kind, record.state, undefined)
    this.#records.delete(key)
    const revision = this.#changes.next()
    this.#gone.set(key, revision)
    if (this.#gone.size > this.#capacity) this.#forgetOldestGone()
    this.#notify(revision, key)
  }

  /** Appends an entry to the timeline. */
  append(fresh: NewEntry): TimelineEntry {
    const revision = this.#changes.next()
    const entry = { ...fresh, id: `${this.epoch}-${revision}`, revision, at: this.#clock.wallTime() }
    const lost = this.timeline.push(entry)
    if (lost) this.#lose(lost)
    this.#notify(revision, entry)
    return entry
  }

  /** Puts into the timeline what was read back from Events, each once: what this process knows it has by its id. */
  recall(past: readonly PastEntry[]): void {
    const known = new Set([...this.timeline.newestFirst()].map(({ id }) => id))
    const fresh = past
      .filter(({ id }) => !known.has(id) && !id.startsWith(`${this.epoch}-`))
      .map((entry) => ({ ...entry, revision: this.#changes.next(), fromEvents: true as const }))
    for (const lost of this.timeline.insert(fresh)) this.#lose(lost)
    for (const entry of fresh) this.#notify(entry.revision, entry)
  }

  /**
   * Since when a route has been in the state of the first look at it; `undefined` if that is not known, then perhaps
   * a time at which it was in it already (epoch ms).
   */
  recallSince(key: RouteKey, since: Date | undefined, before?: number): void {
    const record = this.#records.get(key)
    if (!record || (record.since ?? 0) > record.firstSeen || (since ?? 0) > record.firstSeen) return
    const sinceBefore = earlier(record.firstSeen, before)
    if (isSameTime(record.since, since) && isSameTime(record.sinceBefore, sinceBefore)) return
    const revision = this.#changes.next()
    this.#records.set(key, { ...record, since, sinceBefore, revision })
    this.#notify(revision, key)
  }

  #lose({ revision }: TimelineEntry): void {
    this.#lostEntry = Math.max(this.#lostEntry, revision)
  }

  /**
   * What is news to a reader who knows all up to `revision`; `undefined` if that is no longer known in full.
   */
  after(revision: number): Iterable<News> | undefined {
    const isKnown = revision >= Math.max(this.#lostEntry, this.#lostGone) && revision <= this.revision
    return isKnown ? this.#newsAfter(revision) : undefined
  }

  /** Calls `listener` after each change, until the function that it returns is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  *#newsAfter(revision: number): Iterable<News> {
    for (const { revision: at, what } of this.#changes.after(revision)) {
      if (typeof what !== 'string') yield { kind: 'entry', entry: what }
      else {
        const record = this.#records.get(what)
        yield record ? { kind: 'route', record } : { kind: 'gone', key: what, revision: at }
      }
    }
  }

  #notify(revision: number, what: Subject): void {
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
    if (typeof what !== 'string') return revision > this.#lostEntry
    return (this.#records.get(what)?.revision ?? this.#gone.get(what)) === revision
  }
}

const isSame = (some: readonly Finding[], others: readonly Finding[]): boolean =>
  some.length === others.length &&
  some.every(({ reason, message }, index) => {
    const other = others[index]
    return reason === other?.reason && message === other.message
  })
