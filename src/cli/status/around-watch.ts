import { type Clock, sleep } from '../../base/clock.ts'
import type { Reading } from '../listing.ts'
import { noProgress } from '../progress.ts'
import { type EventsByRoute, readEvents } from './events.ts'
import { readSurroundings, type Surroundings } from './findings.ts'

/** How old what was read of the surroundings may be (ms). */
const againMs = 30_000

export interface AroundWatchOptions {
  readonly reading: Reading
  readonly clock: Clock
  /** The kinds of routes. */
  readonly kinds: readonly string[]
  readonly namespace: string | undefined
  /** Called when it was read again. */
  readonly onRead: () => void
}

/** What is around the routes on the screen: it is not watched, but read every 30 seconds. */
export class AroundWatch {
  readonly #options: AroundWatchOptions
  #now: Surroundings

  private constructor(options: AroundWatchOptions, first: Surroundings) {
    this.#options = options
    this.#now = first
  }

  /** Reads it for the first time. */
  static async open(options: AroundWatchOptions): Promise<AroundWatch> {
    return new AroundWatch(options, await readAll(options, new Map()))
  }

  get now(): Surroundings {
    return this.#now
  }

  /** Reads it again and again, until the reading is called off; never rejects. */
  async follow(): Promise<void> {
    const { clock, reading, onRead } = this.#options
    const { signal } = reading
    for (;;) {
      await sleep(clock, againMs, signal)
      if (signal.aborted) return
      const around = await readAll(this.#options, this.#now.events)
      // What was read before is more than what cannot be read now.
      if (around.unseen.length === 0 || this.#now.unseen.length > 0) this.#now = around
      onRead()
    }
  }
}

async function readAll(
  { reading, kinds, namespace }: AroundWatchOptions,
  before: EventsByRoute,
): Promise<Surroundings> {
  const events = await readEvents(reading, namespace)
  return readSurroundings(reading, kinds, namespace, events.ok ? events.value : before, noProgress)
}
