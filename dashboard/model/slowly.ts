/**
 * Something that is dear to compute from something that changes often: computed again at once when the question
 * is another, and else not more than once in a while, so that a mass event costs what one change costs.
 */
export class Slowly<Question, Answer> {
  readonly #everyMs: number
  #last: { question: Question; version: number; at: number; answer: Answer } | undefined

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  /** @param version grows when the answer to the same question may have become another */
  ask(question: Question, version: number, now: number, compute: () => Answer): Answer {
    const last = this.#last
    if (last && last.question === question) {
      if (last.version === version || now - last.at < this.#everyMs) return last.answer
    }
    const answer = compute()
    this.#last = { question, version, at: now, answer }
    return answer
  }
}
