/**
 * Something that is dear to compute from something that changes often: computed again at once when the
 * question is another, and else only so often that it takes no more than a small share of the time. Where it
 * is cheap it is always new; in a mass event among ten thousand routes it lags behind by what it costs,
 * twenty times.
 */
export class Slowly<Question, Answer> {
  readonly #clock: () => number
  #last: { question: Question; version: number; answer: Answer } | undefined
  /** Before this instant the last answer is good enough. */
  #rests = 0

  /** @param clock milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** @param version grows when the answer to the same question may have become another */
  ask(question: Question, version: number, compute: () => Answer): Answer {
    const last = this.#last
    const from = this.#clock()
    if (last?.question === question && (last.version === version || from < this.#rests)) return last.answer
    const answer = compute()
    const until = this.#clock()
    this.#rests = until + timesAsLong * (until - from)
    this.#last = { question, version, answer }
    return answer
  }
}

const timesAsLong = 20
