import type { WatchSink } from '../../../sandbox/watches.ts'
import type { KubeError } from '../../../src/kube/errors.ts'
import { StreamBreak } from '../../../src/kube/http/read-lines.ts'
import { readWatchEvent, type WatchEvent } from '../../../src/kube/watch/watch-event.ts'
import { broken } from './answer.ts'
import type { Sent } from './sent.ts'
import { delay, type OpenWatch, type Wire } from './wire.ts'

/**
 * One open watch: the server writes into it, a process reads from it, and the network between them keeps the
 * order, but takes its time, cuts it, or lets it go silent.
 */
export class Stream implements WatchSink, OpenWatch {
  ended = false
  readonly sent: Sent
  /** Called in the process with each arrival: whoever waits for silence starts anew. */
  onArrival: () => void = () => {}
  /** Called once, when the process reads no more. */
  onOver: () => void = () => {}
  readonly #wire: Wire
  readonly #items: unknown[] = []
  readonly #onClose: (() => void)[] = []
  /** When the last thing on its way arrives. */
  #lastArrival = 0
  /** The objects of a streaming list are still coming: until they are complete, they tell nothing. */
  #isListing: boolean
  /** The server is still writing them. */
  #listIsWritten: boolean
  #silent = false
  #over = false
  #wake: () => void = () => {}

  constructor(sent: Sent, wire: Wire) {
    this.sent = sent
    this.#wire = wire
    this.#isListing = sent.request.query?.sendInitialEvents === 'true'
    this.#listIsWritten = !this.#isListing
  }

  /** The head of the answer arrives at this time; nothing overtakes it. */
  followsHead(at: number): void {
    this.#lastArrival = at
  }

  /** The server's lines; each is a packet of its own. */
  write(text: string): boolean {
    for (const line of text.split('\n')) {
      if (line === '') continue
      this.#carry(() => this.#arrive(JSON.parse(line)), this.#heldUntil())
      if (line.includes('k8s.io/initial-events-end')) this.#listIsWritten = true
    }
    return true
  }

  async drained(): Promise<void> {}

  /** The server ends the answer in good order. */
  end(): void {
    this.#closeServer()
    this.#carry(() => this.#finish())
  }

  onClose(callback: () => void): void {
    this.#onClose.push(callback)
  }

  cut(): void {
    this.#closeServer()
    this.#carry(() => this.break(broken(this.sent.request)))
  }

  silence(): void {
    this.#silent = true
  }

  /** The process gives up on it, or its connection broke. */
  break(error: KubeError): void {
    if (this.#over) return
    this.#items.push(new StreamBreak(error))
    this.#finish()
  }

  leave(): void {
    this.#finish()
    this.#closeServer()
  }

  async *read(): AsyncGenerator<unknown> {
    try {
      while (!this.#over || this.#items.length > 0) {
        while (this.#items.length > 0) {
          const item = this.#items.shift()
          const event = readWatchEvent('a watch', item)
          const endsList = event.kind === 'bookmark' && event.endsInitialEvents
          if (endsList) this.#tellList(event.resourceVersion)
          yield item
          // Asked for the next one: only now this one was taken in.
          if (!endsList) this.#tell(event)
        }
        if (!this.#over) await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.leave()
    }
  }

  #tellList(version: string): void {
    this.#isListing = false
    const { process, resource, timeline } = this.sent
    this.#wire.witness.listed(process, resource, timeline.markOf(Number(version)))
  }

  #tell(event: WatchEvent): void {
    if (this.#isListing || event.kind === 'error' || event.kind === 'unreadable') return
    const { process, resource, timeline } = this.sent
    this.#wire.witness.told(process, resource, timeline.markOf(Number(event.resourceVersion)))
  }

  #arrive(item: unknown): void {
    if (this.#over) return
    this.#items.push(item)
    this.onArrival()
    this.#wake()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.onOver()
    this.#wake()
  }

  #closeServer(): void {
    this.ended = true
    for (const callback of this.#onClose.splice(0)) callback()
  }

  /** A server that is behind has no news, and only one that lies has a list. */
  #heldUntil(): number {
    const behind = this.#wire.conditions.behind.get(this.sent.process.replica)
    return behind && (this.#listIsWritten || !behind.lies) ? behind.until : 0
  }

  /** Takes something to the process, in order, unless the way is silent by the time it would arrive. */
  #carry(arrive: () => void, heldUntil = 0): void {
    const { process, resource } = this.sent
    const { scheduler, conditions, chance } = this.#wire
    const random = chance(`${process.replica} watch ${resource}`)
    const lag = conditions.lag.get(`${process.replica} ${resource}`) ?? 0
    const due = scheduler.now + delay(this.#wire, process.replica, random) + lag
    this.#lastArrival = Math.max(this.#lastArrival, due, heldUntil)
    scheduler.at(this.#lastArrival, () => {
      if (this.#silent || conditions.partitioned.has(process.replica)) this.#silent = true
      else process.enter(arrive)
    })
  }
}
