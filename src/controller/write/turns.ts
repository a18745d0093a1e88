/** Gives turns to who asks, so many a second for each target, and as many at once as one second has. */
export class Turns {
  /** By target: when the turns that were given are used up (ms on the clock). */
  readonly #until = new Map<string, number>()

  /** When it is the turn of who moves to all of these targets (ms on the clock): `now` or later. */
  take(targets: Iterable<string>, perSecond: number, now: number): number {
    const interval = 1000 / perSecond
    const atOnce = Math.max(1, Math.floor(perSecond)) * interval
    let turn = now
    for (const target of targets) {
      const until = Math.max(now, this.#until.get(target) ?? now) + interval
      this.#until.set(target, until)
      turn = Math.max(turn, until - atOnce)
    }
    return turn
  }

  forgetAll(): void {
    this.#until.clear()
  }
}
