import type { CommandSpec } from '../command.ts'
import { goBoolean, namespaceFlag, outputFlag, selectorFlag } from '../flags.ts'
import { routeArgs } from '../route-args.ts'

export const returnCommand: CommandSpec = {
  name: 'return',
  args: routeArgs,
  summary: 'Approve that traffic goes back to a tier that was lost',
  description: `For routes whose FailoverPolicy has failback.mode: Manual. Sets the annotation
failover.linkerd.io/return-approved to the present time, with your own permissions. A return from everything that was
lost before then is allowed; a later loss needs another approval.

First it shows what would move, and asks. Without a terminal it does nothing, unless you use --yes. If nothing waits for
approval, it says why, and writes nothing.`,
  flags: () => [
    namespaceFlag('the namespace of the route (default: the namespace of the context)'),
    selectorFlag(),
    ...goBoolean('--yes', 'do not ask'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'return httproute/cart -n shop', text: 'let cart go back to its first tier' },
    { line: 'return httproute/cart -n shop --yes', text: 'the same without a question' },
  ],
  run: async (context, words, flags) =>
    (await import('../return/return.ts')).approveReturn(context, words, flags),
}
