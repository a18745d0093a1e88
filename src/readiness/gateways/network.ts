/** What one question came to: `answers`, or why there is no good answer, in words. */
export type Answer = 'answers' | { readonly trouble: string }

/** The way to one address, kept open from question to question. */
export interface Line {
  /**
   * Asks once. Resolves with the answer, however late it comes, and with `dropped` after `drop`; never
   * rejects. Must not be called again before.
   */
  ask(): Promise<Answer | 'dropped'>
  /** Ends the question that waits, and the connection with it. The next question opens another one. */
  drop(): void
}

/** One address of a gateway, and what is asked there. */
export interface Place {
  /** An IP address. */
  readonly address: string
  readonly port: number
  readonly path: string
}

/** All of the network that a probe uses. Handed in, so that a test or a simulation owns it. */
export interface ProbeNetwork {
  readonly open: (place: Place) => Line
  /** The IP addresses of a name; rejects if there are none, or if that cannot be found out. */
  readonly resolve: (name: string) => Promise<readonly string[]>
}
