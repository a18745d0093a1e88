import type { CommandSpec } from '../command.ts'
import { namespaceFlag, outputFlag, selectorFlag } from '../flags.ts'
import { routeArgs } from '../route-args.ts'

export const policy: CommandSpec = {
  name: 'policy',
  args: routeArgs,
  summary: 'Show which policy applies to a route, and where each part of it comes from',
  description: `Reads the route with your own permissions. Each section of the policy is shown with its source: an
annotation of the route, a FailoverPolicy, or what is built in. An annotation that cannot be understood is listed, with what applies
instead; so is a FailoverPolicy that is meant for the route and not accepted for it, with the reason. Below are the tiers of each list of backends in the route, as the operator understands them.`,
  flags: () => [
    namespaceFlag('the namespace of the route (default: the namespace of the context)'),
    selectorFlag(),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'policy trafficsplit/web -n shop', text: 'which tiers, thresholds and waits has web?' },
    {
      line: 'policy httproute/web -n shop -o json',
      text: 'the same for a program',
    },
  ],
  run: async (context, args, flags) => (await import('../policy/policy.ts')).showPolicy(context, args, flags),
}
