import type { Traffic } from '../client.ts'

/** What the client met in a short while, and how the traffic was shared at its end. */
export interface Sample {
  /** Counts samples, from 1. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly ok: number
  readonly failed: number
  /** Each backend's part of the traffic, 0 to 1. */
  readonly shares: Readonly<Record<string, number>>
}

/** The last samples, oldest first, never more than `capacity`. */
export class Samples {
  readonly #capacity: number
  readonly #samples: Sample[] = []
  #counted = 0
  #before: Pick<Traffic, 'ok' | 'failed'> = { ok: 0, failed: 0 }

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Takes a sample of what was sent since the last one. */
  take(at: number, traffic: Pick<Traffic, 'ok' | 'failed'>, weights: ReadonlyMap<string, number>): void {
    const { ok, failed } = traffic
    this.#counted += 1
    this.#samples.push({
      number: this.#counted,
      at,
      ok: ok - this.#before.ok,
      failed: failed - this.#before.failed,
      shares: sharesOf(weights),
    })
    this.#before = { ok, failed }
    if (this.#samples.length > this.#capacity) this.#samples.shift()
  }

  /** Those that came after the one with this number; 0 for all. */
  after(number: number): Sample[] {
    return this.#samples.filter((sample) => sample.number > number)
  }
}

function sharesOf(weights: ReadonlyMap<string, number>): Record<string, number> {
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0)
  return Object.fromEntries([...weights].map(([name, weight]) => [name, sum > 0 ? weight / sum : 0]))
}
