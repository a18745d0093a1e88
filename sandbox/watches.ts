import type { Timer } from '../src/base/clock.ts'
import { changeLine, encodeEvent, encodeObject, type Format, table } from './encode.ts'
import type { JsonObject } from './json.ts'
import { apiVersionOf, type Resource } from './kinds.ts'
import { versionParameter } from './lists.ts'
import type { KubeObject } from './object.ts'
import { type Selector, selectorOf } from './selectors.ts'
import { expired, invalid } from './status.ts'
import type { Change, ChangeType, Snapshot, Watcher } from './store.ts'
import type { World } from './world.ts'

/** Where the lines of a watch go: the body of an HTTP response, or a reader in the same process. */
export type WatchSink = {
  readonly ended: boolean
  /** False when the reader is slow: wait for `drained`. */
  write(text: string): boolean
  /** Resolves when there is room again, or nobody left. */
  drained(): Promise<void>
  end(): void
  /** Calls back when either side has closed it. */
  onClose(callback: () => void): void
}

export type WatchRequest = {
  resource: Resource
  namespace: string | undefined
  query: URLSearchParams
  format: Format
  /** What the server's cache holds, where it is behind: the initial objects are these. */
  past?: Snapshot | undefined
}

const bookmarkEveryMs = 60_000
const beforeTimeoutMs = 2_000
const defaultTimeoutSeconds = 1_800
const chunkSize = 64 * 1024

/**
 * What a watch with a selector sees of a change: entering the selection is an ADDED, leaving it a DELETED.
 */
function seen(change: Change, selects: Selector): { type: ChangeType; object: KubeObject } | undefined {
  const { object, previous } = change
  const before = change.type !== 'ADDED' && previous !== undefined && selects(previous)
  const after = change.type !== 'DELETED' && selects(object)
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object }
  if (!before || !previous) return undefined
  // As it was when last selected, under the version of the change that took it away.
  const { resourceVersion = '' } = object.metadata
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } }
}

const isTrue = (query: URLSearchParams, name: string) => ['1', 'true'].includes(query.get(name) ?? '')

/** One open watch: writes its lines, keeps its timers, and cleans up when either side ends it. */
class OpenWatch implements Watcher {
  readonly #world: World
  readonly #request: WatchRequest
  readonly #sink: WatchSink
  readonly #selects: Selector
  readonly #timers = new Set<Timer>()
  /** Changes that came while the initial objects were still being written. */
  #waiting: string[] | undefined
  /**
   * Changes up to this version are known to who watches, or will never be told: the version was yet to come.
   */
  #from = 0

  constructor(world: World, request: WatchRequest, selected: Selector, sink: WatchSink) {
    this.#world = world
    this.#request = request
    this.#sink = sink
    const { namespace } = request
    this.#selects = namespace ? (o) => o.metadata.namespace === namespace && selected(o) : selected
  }

  deliver(change: Change): void {
    if (change.version <= this.#from) return
    const event = seen(change, this.#selects)
    if (!event) return
    const { resource, format } = this.#request
    const now = this.#world.clock.wallTime().getTime()
    this.#write(changeLine(change, event.type, event.object, resource, format, now))
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#collection.watchers.delete(this)
    if (!this.#sink.ended) this.#sink.end()
  }

  fail(): void {
    this.#write(encodeEvent('ERROR', JSON.stringify(expired('too old resource version').status)))
    this.end()
  }

  /** Begins with history after `version`, or with the objects as they are now where there is none. */
  async start(version: number | undefined): Promise<void> {
    const streaming = isTrue(this.#request.query, 'sendInitialEvents')
    const { past } = this.#request
    const startAt = past?.version ?? this.#world.store.version
    const missed = version ? this.#collection.since(version) : undefined
    if (!streaming && version && !missed) return this.#tooOld(version)
    this.#from = version ?? 0
    this.#collection.watchers.add(this)
    this.#sink.onClose(() => this.end())
    this.#schedule(version ?? startAt)
    if (missed && !streaming) for (const change of missed) this.deliver(change)
    else {
      await this.#sendInitial(streaming && this.#bookmarks ? startAt : undefined)
    }
  }

  get #bookmarks(): boolean {
    return isTrue(this.#request.query, 'allowWatchBookmarks')
  }

  get #collection() {
    return this.#world.store.collection(this.#request.resource.kind)
  }

  #tooOld(version: number): void {
    const { oldest } = this.#collection
    const { status } = expired(`too old resource version: ${version} (${oldest})`)
    this.#sink.write(encodeEvent('ERROR', JSON.stringify(status)))
    this.#sink.end()
  }

  #write(line: string): void {
    if (this.#waiting) this.#waiting.push(line)
    else if (!this.#sink.ended) this.#sink.write(line)
  }

  /** The objects as they are now, each as ADDED, then what changed meanwhile. */
  async #sendInitial(bookmarkVersion: number | undefined): Promise<void> {
    const { resource, namespace, format, past } = this.#request
    const present = () => this.#world.store.list(resource.kind, namespace)
    const objects = (past ? past.keys.flatMap((key) => past.get(key) ?? []) : present()).filter(this.#selects)
    this.#waiting = []
    for (const change of past ? (this.#collection.since(past.version) ?? []) : []) this.deliver(change)
    const now = this.#world.clock.wallTime().getTime()
    let chunk = ''
    for (const object of objects) {
      chunk += encodeEvent('ADDED', encodeObject(resource, object, format, now))
      if (chunk.length < chunkSize) continue
      if (!this.#sink.write(chunk)) await this.#sink.drained()
      chunk = ''
    }
    if (bookmarkVersion !== undefined) chunk += this.#bookmark(bookmarkVersion, true)
    if (chunk && !this.#sink.ended) this.#sink.write(chunk)
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const line of waiting) this.#write(line)
  }

  #bookmark(version: number, initialEnd: boolean): string {
    const { resource, format } = this.#request
    const metadata: JsonObject = {
      resourceVersion: String(version),
      ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    }
    const object = format.table
      ? table(resource, [], metadata, format.includeObject, 0)
      : { kind: resource.kind.kind, apiVersion: apiVersionOf(resource.version), metadata }
    return encodeEvent('BOOKMARK', JSON.stringify(object))
  }

  /** Ends the watch at its timeout; bookmarks with news come every minute and shortly before the end. */
  #schedule(begunAt: number): void {
    const { query } = this.#request
    const asked = Number(query.get('timeoutSeconds') ?? 0)
    const timeoutMs = (asked > 0 ? asked : defaultTimeoutSeconds) * 1000
    this.#after(timeoutMs, () => this.end())
    if (!this.#bookmarks) return
    const bookmark = () => {
      const { version } = this.#world.store
      if (version > begunAt) this.#write(this.#bookmark(version, false))
    }
    const everyMinute = () => {
      bookmark()
      this.#after(bookmarkEveryMs, everyMinute)
    }
    this.#after(bookmarkEveryMs, everyMinute)
    if (timeoutMs > beforeTimeoutMs) this.#after(timeoutMs - beforeTimeoutMs, bookmark)
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#world.clock.after(ms, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.add(timer)
  }
}

/** `sendInitialEvents` and `resourceVersionMatch` are only allowed together. */
function checkOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? ''
  const initial = query.has('sendInitialEvents')
  if (initial === (match === 'NotOlderThan') && (initial || match === '')) return
  const why = initial
    ? 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    : 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
  const cause = { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field: 'resourceVersionMatch' }
  throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', [cause])
}

/**
 * Reads a watch request; throws where it makes no sense. What it answers writes into a sink until the watch's
 * timeout, the client, or a fault ends it.
 */
export function watch(world: World, request: WatchRequest): (sink: WatchSink) => void {
  checkOptions(request.query)
  const version = versionParameter(request.query)
  const selected = selectorOf(request.query, request.resource.kind.selectable)
  return (sink) => void new OpenWatch(world, request, selected, sink).start(version)
}
