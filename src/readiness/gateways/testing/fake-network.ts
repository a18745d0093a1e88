import type { Clock } from '../../../base/clock.ts'
import type { Answer, Line, Place, ProbeNetwork } from '../network.ts'

/** What an address does with a question. */
export type Behaviour = 'answers' | 'refuses' | 'hangs' | 'fails'

const answers: Readonly<Record<Exclude<Behaviour, 'hangs'>, Answer>> = {
  answers: 'answers',
  refuses: { trouble: 'connection refused' },
  fails: { trouble: 'it answers 503' },
}

/** A network of addresses that do as they are told. */
export class FakeNetwork implements ProbeNetwork {
  /** By address; one that is not here answers. */
  readonly does = new Map<string, Behaviour>()
  /** Addresses by name; a name that is not here cannot be resolved. */
  readonly names = new Map<string, readonly string[]>()
  /** How long an answer takes (ms). */
  delayMs = 5
  /** Every question, as `ADDRESS PATH`. */
  readonly asked: string[] = []
  /** Lines that were opened, and those that were dropped while a question waited. */
  readonly lines: Place[] = []
  dropped = 0
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  open = (place: Place): Line => {
    this.lines.push(place)
    let drop = () => {}
    return {
      ask: () =>
        new Promise((resolve) => {
          this.asked.push(`${place.address} ${place.path}`)
          drop = () => {
            drop = () => {}
            this.dropped += 1
            resolve('dropped')
          }
          this.#clock.after(this.delayMs, () => {
            const does = this.does.get(place.address) ?? 'answers'
            if (does === 'hangs') return
            drop = () => {}
            resolve(answers[does])
          })
        }),
      drop: () => drop(),
    }
  }

  resolve = async (name: string): Promise<readonly string[]> => {
    const found = this.names.get(name)
    if (!found) throw new Error('not found')
    return found
  }
}
