import type { Interface } from 'node:readline/promises'

/**
 * Asks the person at the terminal, on standard error, so that standard output is only the result. Empty if
 * there is no answer.
 */
export async function askAtTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await Promise.race([
    terminal.question(question, { signal }).catch(() => ''),
    closed(terminal).then(() => ''),
  ])
  terminal.close()
  return answer
}

/** Without an answer at the end of input, `question` would never return. */
const closed = (terminal: Interface) => new Promise<void>((resolve) => terminal.once('close', resolve))
