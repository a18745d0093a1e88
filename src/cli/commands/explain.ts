import type { CommandSpec } from '../command.ts'
import { flag, outputFlag, selectorFlag } from '../flags.ts'

export const explain: CommandSpec = {
  name: 'explain',
  args: [{ term: '<route>', text: 'KIND/NAME, for example trafficsplit/web' }],
  summary: 'Tell which rule decides a route, what would change that, and what is wrong around it',
  description: `Reads the route and the readiness of its backends with your own permissions, and asks the operator's own rules; the
operator need not run. What would change the decision is found by asking the same rules again, with the readiness of
each Service turned round.

What is wrong around the route (its Services and their ports, ServiceProfiles, other routes with its parents) is found by
the operator's own rules too, in the namespaces of the route and of its Services. What of that you may not read is
named, and is no failure.`,
  flags: () => [
    flag('-n, --namespace <name>', 'the namespace of the route (default: that of the context)'),
    selectorFlag(),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [{ line: 'explain trafficsplit/web -n shop', text: 'why does web get its traffic from where?' }],
  run: async (context, args, flags) =>
    (await import('../explain/explain.ts')).explainRoute(context, args, flags),
}
