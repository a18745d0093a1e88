/** A version of the server, and which moment of the story that is. */
export interface Mark {
  readonly version: number
  /** What happens later has the higher one; versions are counted again where a backup is restored. */
  readonly moment: number
}

/** The course of the server's versions, from the beginning or from one restore to the next. */
export class Timeline {
  /** By how much its versions are behind their moments. */
  readonly #undone: number

  constructor(undone: number) {
    this.#undone = undone
  }

  markOf(version: number): Mark {
    return { version, moment: version + this.#undone }
  }
}
