/** Asks a question again whenever the answer may be another by now. */
export interface Asking {
  /** The answer may have changed: requests it now, or when the present request has been answered. */
  want(): void
  stop(): void
}

interface AskingOptions {
  /** Resolves when the answer has come, or does not come; never rejects. */
  readonly ask: (signal: AbortSignal) => Promise<void>
  /** Calls back once after `ms`; returns the way to prevent that. */
  readonly after: (ms: number, callback: () => void) => () => void
}

/**
 * From an answer to the next question passes at least so much time: changes that follow closely are one (ms).
 */
const gatherMs = 300

/**
 * One question at a time. However fast the changes come, none calls a question off: while a Service is rolled
 * out its counts change several times a second, and then people look.
 */
export function createAsking({ ask, after }: AskingOptions): Asking {
  const stopping = new AbortController()
  let state: 'idle' | 'busy' | 'wanted' = 'idle'
  let forget = () => {}
  const rest = () => {
    if (stopping.signal.aborted) return
    forget = after(gatherMs, () => {
      const isWanted = state === 'wanted'
      state = 'idle'
      if (isWanted) want()
    })
  }
  const want = () => {
    if (state === 'idle') void ask(stopping.signal).then(rest)
    state = state === 'idle' ? 'busy' : 'wanted'
  }
  return {
    want,
    stop: () => {
      stopping.abort()
      forget()
    },
  }
}
