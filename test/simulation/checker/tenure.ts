import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'

/** Without a renewal for so long a holder leads no more (ms); a little less, since times are sums of fractions. */
const leadsForMs = 9_999

/** Who holds the lease, by what the server has; and who leads, by the answers that it got. */
export class Tenure {
  #holder: string | undefined
  #until = 0
  /** Until when a process leads by its own clock. */
  readonly #leadsUntil = new Map<Process, number>()

  /** The lease was written, or deleted. Answers with who holds it no longer, if somebody does not. */
  change(object: KubeObject | undefined, now: number): string | undefined {
    const before = this.#holder
    const spec = object?.spec
    this.#holder = isObject(spec) && typeof spec.holderIdentity === 'string' ? spec.holderIdentity : undefined
    const seconds =
      isObject(spec) && typeof spec.leaseDurationSeconds === 'number' ? spec.leaseDurationSeconds : 0
    this.#until = now + seconds * 1000
    return before !== this.#holder ? before : undefined
  }

  /** A process learns that it has written the lease. True if it leads: where a renewal comes too late it does not. */
  answered({ process, at }: Sent, now: number): boolean {
    const until = this.#leadsUntil.get(process) ?? 0
    if (at < until && now >= until) return false
    this.#leadsUntil.set(process, at + leadsForMs)
    return now < at + leadsForMs
  }

  /** True where nobody is elected. */
  leads(process: Process, now: number): boolean {
    return this.#holder === undefined || now < (this.#leadsUntil.get(process) ?? 0)
  }

  /** What is wrong with a write that arrives now; undefined where nobody is elected, or its sender is. */
  objectionTo({ process }: Sent, now: number): string | undefined {
    if (this.#holder === undefined) return undefined
    if (this.#holder !== process.name) return `the lease is held by "${this.#holder}"`
    return now > this.#until ? 'its lease has run out' : undefined
  }
}
