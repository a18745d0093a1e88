import type { CommandSpec } from '../command.ts'
import { goBoolean, namespaceFlag, outputFlag, selectorFlag } from '../flags.ts'
import { routeArgs } from '../route-args.ts'

export const explain: CommandSpec = {
  name: 'explain',
  args: routeArgs,
  summary: 'Explain why a route sends its traffic where it does, and what is wrong around it',
  description: `Reads the route and the readiness of its backends with your own permissions, and applies the
operator's rules to them. The operator need not run. For each backend, and each member of a federated
Service, it shows which objects say that it is ready or down or, if that is unknown, which object is missing.
To show what would change the decision, the rules are applied again with each Service's readiness flipped,
one Service at a time. It reads one cluster: what the operator knows of others is on the dashboard.

It also looks for problems around the route, as the operator does: with its Services and their ports, with
ServiceProfiles, and with other routes that have the same parent. It searches the namespaces of the route,
its parents and its backends. If you may not read some of this, it is listed, and the command still succeeds.
It also shows which Drains take out backends of the route, until when, and why. What only time shows, such as a hold that lasts for long, it takes from the operator's Events. If the route waits
for a backend to stay ready, or for its turn by the limits of a FailoverPolicy, it asks the operator's leader until when (without an answer
the status of the FailoverPolicy that targets the route by name may say it), and if a backend is mirrored through a
gateway, what the operator's probes say of that; you need the permissions of \`dashboard\` for that.

With --proxies it also asks each Pod of Linkerd's destination controller how many endpoints of the backends
it gives to proxies, and names the Pods that give another number than are ready. It forwards a local port to
each of these Pods. For that you need these permissions in Linkerd's namespace (--linkerd-namespace): list
Pods, and get and create pods/portforward. For backends in other clusters it asks the operator's leader, so
you need the permissions of \`dashboard\` too. A Pod has a number only for what proxies ask it now.`,
  flags: () => [
    namespaceFlag('the namespace of the route (default: the namespace of the context)'),
    selectorFlag(),
    outputFlag(['table', 'json', 'yaml']),
    ...goBoolean('--proxies', "also show which endpoints Linkerd's destination controller gives to proxies"),
  ],
  examples: [
    { line: 'explain trafficsplit/web -n shop', text: 'why does web send its traffic where it does?' },
    { line: 'explain trafficsplit/web -n shop --proxies', text: 'do proxies know the same endpoints?' },
  ],
  run: async (context, args, flags) =>
    (await import('../explain/explain.ts')).explainRoute(context, args, flags),
}
