import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'

/** Without a renewal for so long a holder leads no more (ms); a little less, since times are sums of fractions. */
export const leadsForMs = 9_999

/** Who may write, and until when. */
interface Term {
  /** '' for nobody. */
  readonly holder: string
  readonly until: number
}

/** Who holds the lease, by what the server has; and who leads, by the answers that it got. */
export class Tenure {
  /** Absent where nobody is elected. */
  #term: Term | undefined
  /** Of those who held it when it went back in time, and cannot know yet that another holds it now. */
  #former: readonly Term[] = []
  /** Until when a process leads by its own clock. */
  readonly #leadsUntil = new Map<Process, number>()

  /**
   * The lease was written, or deleted. Answers with who holds it no longer, if somebody does not. One that comes out
   * of a backup gives nobody the lead; and whoever led before may go on, but no longer than it could have without.
   */
  change(object: KubeObject | undefined, now: number, isRestored: boolean): string | undefined {
    const before = this.#term
    const { holder, until } = termOf(object, now)
    const isSame = holder === before?.holder
    if (isRestored && !isSame && before) this.#former = [...this.#former, before]
    this.#term = { holder, until: !isRestored ? until : isSame ? before.until : now }
    return isSame ? undefined : before?.holder
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
    return this.#term === undefined || now < (this.#leadsUntil.get(process) ?? 0)
  }

  /** What is wrong with a write that arrives now; undefined where nobody is elected, or its sender is. */
  objectionTo({ process }: Pick<Sent, 'process'>, now: number): string | undefined {
    if (!this.#term) return undefined
    const own = [this.#term, ...this.#former].filter(({ holder }) => holder === process.name)
    if (own.some(({ until }) => now <= until)) return undefined
    return own.length > 0 ? 'its lease has run out' : `the lease is held by "${this.#term.holder}"`
  }
}

function termOf(object: KubeObject | undefined, now: number): Term {
  const spec = isObject(object?.spec) ? object.spec : {}
  const seconds = typeof spec.leaseDurationSeconds === 'number' ? spec.leaseDurationSeconds : 0
  const holder = typeof spec.holderIdentity === 'string' ? spec.holderIdentity : ''
  return { holder, until: now + seconds * 1000 }
}
