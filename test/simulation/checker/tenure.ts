import type { KubeObject } from '../../../sandbox/server.ts'
import type { Sent } from '../network/sent.ts'

/** Who holds the lease, by what the server has. */
export class Tenure {
  #holder: string | undefined
  #until = 0

  /** The lease was written, or deleted. Answers with who holds it no longer, if somebody does not. */
  change(object: KubeObject | undefined, now: number): string | undefined {
    const before = this.#holder
    const spec = object?.spec
    const isSpec = typeof spec === 'object' && spec !== null && !Array.isArray(spec)
    this.#holder = isSpec && typeof spec.holderIdentity === 'string' ? spec.holderIdentity : undefined
    const seconds = isSpec && typeof spec.leaseDurationSeconds === 'number' ? spec.leaseDurationSeconds : 0
    this.#until = now + seconds * 1000
    return before !== this.#holder ? before : undefined
  }

  /** What is wrong with a write that arrives now; undefined where nobody is elected, or its sender is. */
  objectionTo({ process }: Sent, now: number): string | undefined {
    if (this.#holder === undefined) return undefined
    if (this.#holder !== process.name) return `the lease is held by "${this.#holder}"`
    return now > this.#until ? 'its lease has run out' : undefined
  }
}
