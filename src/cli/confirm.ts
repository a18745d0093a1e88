import { type Failure, wrongUsage } from './failure.ts'
import type { Io } from './io.ts'

/** Of a command that asks before it acts, if nobody can answer; `hint`: what to do instead. */
export const nobodyToAsk = (hint: string): Failure =>
  wrongUsage('standard input is no terminal, so nobody can be asked', hint)

/** Asks a question, and waits for the answer; true if it is yes. Without a terminal, or when interrupted, it is no. */
export async function isConfirmed({ ask, interrupted }: Io, question: string): Promise<boolean> {
  const answer = await ask?.(`${question} [y/N] `)
  return !interrupted.aborted && /^y(es)?$/i.test(answer?.trim() ?? '')
}
