/** Of each kind whose requests last, what a failover does not move: measured with Linkerd's proxy. */
const lasting: Readonly<Record<string, string>> = {
  GRPCRoute: 'streams that are open',
  TCPRoute: 'connections that are open',
  TLSRoute: 'connections that are open',
}

/** What is true of every route of a kind, and easily overlooked. */
export function notesOn(kind: string): string[] {
  const what = lasting[kind]
  if (what === undefined) return []
  return [
    `A change of weights moves new ones only: ${what} stay on their backend, through a failover and back, until one side ends them.`,
  ]
}
