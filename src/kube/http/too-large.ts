/**
 * The most bytes of an answer, or of a line of a stream. For a moment an answer is in memory three times, and
 * once more as objects: with this limit it still fits into what the chart lets the operator have (256 MiB).
 */
export const maxBytes = 20 * 1024 * 1024

/** The server sends more at once than is read. */
export class TooLarge extends Error {
  constructor(what: string) {
    super(`${what} has more than ${maxBytes / 1024 / 1024} MiB`)
  }
}
