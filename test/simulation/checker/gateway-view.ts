/** How gateways are probed in a story: seldom, since virtual hours with many probes take long. */
export const probeSettings = { periodMs: 5_000, timeoutMs: 2_000, failures: 2, successes: 3 } as const

/** A process that hears later than this (ms) after the time for an answer was not running. */
const lateMs = 100
/** A gateway of which nothing is heard for so many rounds is waited for no longer. */
const mostSilentRounds = 4

/** What probes say against a gateway: it fails, it was not probed long enough, or nothing. */
export type GatewayWord = 'down' | 'pending' | 'fine'

interface Probed {
  readonly word: GatewayWord
  /** In a row. */
  readonly answers: number
  readonly misses: number
  readonly silent: number
  readonly hasAnswered: boolean
}

const notProbed: Probed = { word: 'pending', answers: 0, misses: 0, silent: 0, hasAnswered: false }

/**
 * What a process can make of its probes of the one gateway of a story, written from docs/developing/DECISIONS.md. At
 * the moment of a change it may not have taken the change in, so for that moment there is more than one answer.
 */
export class GatewayView {
  /** The last is what it is now, the others what it was at the beginning of this moment. */
  #all: readonly Probed[] = [notProbed]
  #changedAt = 0

  at(now: number): readonly GatewayWord[] {
    return this.#at(now).map(({ word }) => word)
  }

  /** It begins to probe, or ceases to. */
  forget(now: number): void {
    this.#become(now, notProbed)
  }

  answered(now: number): void {
    const { word, answers } = this.#latest
    const isEnough = word !== 'down' || answers + 1 >= probeSettings.successes
    const next = isEnough ? 'fine' : word
    this.#become(now, { word: next, answers: answers + 1, misses: 0, silent: 0, hasAnswered: true })
  }

  /** It was refused, or heard nothing for so long (ms); the only gateway of all counts once it has answered. */
  missed(now: number, afterMs: number): void {
    const before = this.#latest
    const silent = before.silent + 1
    const isLate = afterMs > probeSettings.timeoutMs + lateMs
    // One that has never answered proves nothing by its misses: as soon as they are enough, the Endpoints count.
    const most = isLate || before.hasAnswered ? mostSilentRounds : probeSettings.failures
    const word = before.word === 'pending' && silent >= most ? 'fine' : before.word
    if (isLate) {
      this.#become(now, { ...before, word, silent })
      return
    }
    const misses = before.hasAnswered ? before.misses + 1 : 0
    const isDown = misses >= probeSettings.failures
    this.#become(now, { ...before, word: isDown ? 'down' : word, answers: 0, misses, silent })
  }

  get #latest(): Probed {
    return this.#all.at(-1) ?? notProbed
  }

  #at(now: number): readonly Probed[] {
    return now === this.#changedAt ? this.#all : [this.#latest]
  }

  #become(now: number, next: Probed): void {
    this.#all = [...this.#at(now), next]
    this.#changedAt = now
  }
}
