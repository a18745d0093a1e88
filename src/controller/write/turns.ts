/** Times are sums of fractions, of which the last digits are lost: a turn that is only that far away (ms) is now. */
const roundingMs = 1e-3

/** Gives turns to who asks, so many a second for each target, and as many at once as one second has. */
export class Turns {
  /** By target: when the turns that were given are used up (ms on the clock). */
  readonly #until = new Map<string, number>()
  /** By target: how many wait for their turn. */
  readonly #waiting = new Map<string, number>()
  /** How long the turns of one second last (ms), as they were last asked for. */
  #atOnceMs = 0

  /** When it is the turn of who moves to all of these targets (ms on the clock): `now` or later. */
  take(targets: Iterable<string>, perSecond: number, now: number): number {
    const interval = 1000 / perSecond
    this.#atOnceMs = Math.max(1, Math.floor(perSecond)) * interval
    let turn = now
    for (const target of targets) {
      const until = Math.max(now, this.#until.get(target) ?? now) + interval
      this.#until.set(target, until)
      turn = Math.max(turn, until - this.#atOnceMs)
    }
    return turn - now < roundingMs ? now : turn
  }

  /** Somebody waits for the turn that was given. */
  waits(targets: Iterable<string>): void {
    for (const target of targets) this.#waiting.set(target, (this.#waiting.get(target) ?? 0) + 1)
  }

  /** Somebody waits no more. Once nobody does, turns that were not used are void: the next comes after one interval. */
  leaves(targets: Iterable<string>, now: number): void {
    for (const target of targets) {
      const left = (this.#waiting.get(target) ?? 0) - 1
      if (left > 0) this.#waiting.set(target, left)
      else {
        this.#waiting.delete(target)
        this.#until.set(target, Math.min(this.#until.get(target) ?? now, now + this.#atOnceMs))
      }
    }
  }

  forgetAll(): void {
    this.#until.clear()
    this.#waiting.clear()
  }
}
