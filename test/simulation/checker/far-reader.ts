import { dig, isObject, type Json } from '../../../sandbox/json.ts'
import { StreamBreak } from '../../../src/kube/http/read-lines.ts'
import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import type { Timeline } from '../network/timeline.ts'
import type { FarView, NamespaceKnowledge } from './far-view.ts'

/** After so long of lists that are older than what was known (ms), an etcd was restored; a little less for rounding. */
const oldListsLastMs = 59_999

/** What follows from one connection to the other cluster. */
export interface FarConnection {
  readonly view: FarView
  readonly credentials: string
  /** Virtual ms. */
  readonly now: () => number
  /** Does something when this moment is over. */
  readonly later: (work: () => void) => void
  /** The timeline of the server at this moment. */
  readonly timeline: () => Timeline
}

/** The lists and watches of one namespace, one after the other. */
interface Thread {
  /** What they ask for: with another list of Services everything is read again. */
  readonly selector: string
  /** The newest version that lists and watches for the same have shown; 0 for none. */
  readonly shown: number
  /** The newest version of what is kept, whatever was asked for. */
  readonly newest: number
  readonly olderSince: number | undefined
  /** The process has ended them by itself. */
  readonly hasLeft: boolean
}

/** Notes what a process reads of the other cluster by one connection; it changes nothing of it. */
export class FarReader {
  readonly #to: FarConnection
  readonly #threads = new Map<string, Thread>()

  constructor(to: FarConnection) {
    this.#to = to
  }

  /** The same way, watched. */
  over(transport: Transport): Transport {
    return {
      request: async (req) => {
        if (isOfOne(req)) return transport.request(req)
        const [reading, answer] = [this.#begin(req), await transport.request(req)]
        if (answer.ok) this.#listed(reading, versionOf(answer.value))
        else this.#failed(reading)
        return answer
      },
      stream: async (req) => {
        const [reading, opened] = [this.#begin(req), await transport.stream(req)]
        if (opened.ok) return { ok: true, value: this.#read(reading, opened.value) }
        const isRefused = ['invalid', 'rejected'].includes(opened.error.kind)
        if (!(isRefused && reading.isList)) this.#failed(reading)
        return opened
      },
      close: () => {
        this.#to.view.closed(this.#to.credentials, this.#to.now())
        return transport.close()
      },
    }
  }

  #begin(req: KubeRequest): Reading {
    const selector = req.query?.labelSelector ?? ''
    const [, namespace = ''] = /\/namespaces\/([^/]+)\//.exec(req.path) ?? []
    const before = this.#threads.get(namespace)
    const isSame = before?.selector === selector && !before.hasLeft
    const newest = before?.newest ?? 0
    const thread = isSame ? before : { selector, shown: 0, newest, olderSince: undefined, hasLeft: false }
    this.#threads.set(namespace, thread)
    const isList = req.query?.watch === undefined || req.query.sendInitialEvents === 'true'
    // A watch goes on where it was: what is known is as of there.
    if (!isList) this.#know(namespace, (known) => known && { ...known, isLost: false, isDoubtful: false })
    const names = /\((.*)\)/.exec(selector)?.[1]?.split(',') ?? []
    const seen = Math.max(thread.newest, thread.shown)
    const isLeft = () => req.signal?.aborted === true
    return { namespace, names: new Set(names), isList, seen, timeline: this.#to.timeline(), isLeft }
  }

  /** A complete list was read; undefined for another answer. */
  #listed(reading: Reading, version: number | undefined): void {
    if (version === undefined) return
    const { namespace, names, timeline, seen } = reading
    const now = this.#to.now()
    const thread = this.#threads.get(namespace)
    const olderSince = version >= seen ? undefined : (thread?.olderSince ?? now)
    if (olderSince !== undefined && now - olderSince < oldListsLastMs) {
      this.#note(namespace, { olderSince })
      this.#know(namespace, (known) => known && { ...known, isLost: true })
      return
    }
    const newest = olderSince === undefined ? Math.max(version, thread?.newest ?? 0) : version
    this.#note(namespace, { olderSince: undefined, shown: version, newest })
    const mark = timeline.markOf(version)
    this.#know(namespace, () => ({ names, mark, isLost: false, isDoubtful: false }))
  }

  async *#read(reading: Reading, items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    const stream: Progress = { isListing: reading.isList, hasNews: false, isOver: false }
    try {
      for await (const item of items) {
        if (item instanceof StreamBreak || isError(item)) this.#broke(reading, stream, item)
        const event = eventOf(item)
        const endsList = stream.isListing && event?.endsList
        if (endsList) this.#listed(reading, event.version)
        yield item
        // Asked for the next one: only now this one was taken in.
        if (endsList) stream.isListing = false
        else if (event) this.#took(reading, stream, event)
      }
      if (!stream.isOver) this.#ended(reading, stream)
      stream.isOver = true
    } finally {
      if (!stream.isOver && reading.isLeft()) this.#left(reading)
    }
  }

  #broke(reading: Reading, stream: Progress, item: StreamBreak | ErrorEvent): void {
    const isExpired = isError(item) && [404, 410].includes(item.object.code)
    if (isExpired && stream.hasNews) this.#doubt(reading)
    else this.#failed(reading)
    stream.isOver = true
  }

  #ended(reading: Reading, { isListing }: Progress): void {
    if (isListing) this.#failed(reading)
    else this.#doubt(reading)
  }

  #took(reading: Reading, stream: Progress, event: Event): void {
    if (stream.isListing) {
      this.#seen(reading, event)
      return
    }
    this.#told(reading, event)
    stream.hasNews = true
  }

  #told({ namespace, timeline }: Reading, { version, isBookmark }: Event): void {
    const thread = this.#threads.get(namespace)
    this.#note(namespace, {
      shown: version,
      ...(isBookmark ? {} : { newest: Math.max(version, thread?.newest ?? 0) }),
    })
    const mark = timeline.markOf(version)
    this.#know(namespace, (known) => known && (mark.moment > known.mark.moment ? { ...known, mark } : known))
  }

  /** An object of a list that is not complete. */
  #seen({ namespace }: Reading, { version }: Event): void {
    const newest = this.#threads.get(namespace)?.newest ?? 0
    // Only the first list for something is kept as it comes; of others an object is not newer than the list.
    if (this.#threads.get(namespace)?.shown === 0)
      this.#note(namespace, { newest: Math.max(version, newest) })
  }

  #failed(reading: Reading): void {
    if (reading.isLeft()) this.#left(reading)
    else this.#know(reading.namespace, (known) => known && { ...known, isLost: true })
  }

  /** It reads on at the same moment, with other Services, or has forgotten everything but how new that was. */
  #left({ namespace }: Reading): void {
    this.#note(namespace, { hasLeft: true })
    this.#to.later(() => {
      if (!this.#threads.get(namespace)?.hasLeft) return
      this.#know(namespace, () => undefined)
    })
  }

  #doubt({ namespace }: Reading): void {
    this.#know(namespace, (known) => known && { ...known, isDoubtful: true })
  }

  #note(namespace: string, news: Partial<Thread>): void {
    const thread = this.#threads.get(namespace)
    if (thread) this.#threads.set(namespace, { ...thread, ...news })
  }

  #know(namespace: string, to: (known: NamespaceKnowledge | undefined) => NamespaceKnowledge | undefined) {
    const { view, credentials, now } = this.#to
    view.change(credentials, namespace, to, now())
  }
}

/** Reads the slices of one Service at this moment, which is good for that moment alone. */
const isOfOne = ({ query }: KubeRequest) => /^[^(]*=/.test(query?.labelSelector ?? '')

/** One list or watch. */
interface Reading {
  readonly namespace: string
  readonly names: ReadonlySet<string>
  readonly isList: boolean
  /** The newest version that was seen before it was asked for. */
  readonly seen: number
  readonly timeline: Timeline
  /** The process does not want it any more. */
  readonly isLeft: () => boolean
}

/** How far a stream has come. */
interface Progress {
  /** The objects of a list are still coming. */
  isListing: boolean
  hasNews: boolean
  isOver: boolean
}

interface Event {
  readonly version: number
  readonly isBookmark: boolean
  readonly endsList: boolean
}

function eventOf(item: unknown): Event | undefined {
  if (!isObject(item) || item instanceof StreamBreak || isError(item)) return undefined
  const metadata = dig(item, 'object', 'metadata')
  const annotations = dig(metadata, 'annotations')
  return {
    version: Number(dig(metadata, 'resourceVersion')),
    isBookmark: item.type === 'BOOKMARK',
    endsList: isObject(annotations) && annotations['k8s.io/initial-events-end'] === 'true',
  }
}

interface ErrorEvent {
  readonly object: { readonly code: number }
}

const isError = (item: unknown): item is ErrorEvent =>
  isObject(item) && item.type === 'ERROR' && typeof dig(item, 'object', 'code') === 'number'

/** The version of a list that has no further page. */
function versionOf(value: unknown): number | undefined {
  if (!isObject(value) || !('items' in value)) return undefined
  const metadata: Json | undefined = value.metadata
  return dig(metadata, 'continue') ? undefined : Number(dig(metadata, 'resourceVersion'))
}
