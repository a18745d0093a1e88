/** Which moment of the server it was at a time. */
export class Moments {
  readonly #known: { readonly at: number; readonly moment: number }[] = []

  /** From now on it is this moment. */
  now(at: number, moment: number): void {
    this.#known.push({ at, moment })
    while ((this.#known[1]?.at ?? at) < at - keptMs) this.#known.shift()
  }

  /** The moment at a time, at most `keptMs` ago. */
  at(time: number): number {
    return this.#known.findLast(({ at }) => at <= time)?.moment ?? 0
  }
}

const keptMs = 60_000
