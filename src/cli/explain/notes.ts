import { type Route, skipRulesAnnotation } from '../../routes/route.ts'

/** Of each kind whose requests last, what a failover does not move: measured with Linkerd's proxy. */
const lasting: Readonly<Record<string, string>> = {
  GRPCRoute: 'streams that are open',
  TCPRoute: 'connections that are open',
  TLSRoute: 'connections that are open',
}

/** What is easily overlooked, though nothing is wrong. */
export function notesOn({ kind, skipped = [] }: Pick<Route, 'kind' | 'skipped'>): string[] {
  const what = lasting[kind]
  const notes: string[] = []
  if (skipped.length > 0)
    notes.push(`Left alone, as the annotation ${skipRulesAnnotation} asks: ${skipped.join(', ')}.`)
  if (what !== undefined)
    notes.push(
      `A change of weights moves new ones only: ${what} stay on their backend, through a failover and back, until one side ends them.`,
    )
  return notes
}
