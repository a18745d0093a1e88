import type { CommandSpec } from '../command.ts'
import { goBoolean, namespaceFlags, outputFlag, selectorFlag } from '../flags.ts'
import { optionalRouteArgs } from '../route-args.ts'

export const status: CommandSpec = {
  name: 'status',
  args: optionalRouteArgs('only this route'),
  summary: 'Show every controlled route: which backends serve it, since when, and why',
  description: `Reads the cluster with your own permissions, and applies the operator's rules to it. The
operator need not run. STATE is what the rules decide: primary, failover, dark (nothing is ready), hold,
paused, drained (an earlier backend could serve, but is drained) or misconfigured. "(due)" means that the
weights do not match the decision yet: the operator is about to write them, or it does not run. The limits of a
FailoverPolicy may hold a move up: then the operator's leader is asked whether they do. SINCE is when
the route entered its state, by the operator's Events. The cluster deletes Events after about an hour; then it
is the time of the operator's last write, from metadata.managedFields, or of the annotation that pauses the
route. If a route is not on its primary, the operator's leader is asked too, if you have the permissions of
\`dashboard\`: it may have been so before the Event. "> 3d" means that the route was in its state before that, since nothing shows
when it began: for example, another client wrote the weights 3 days ago. "unknown": nothing shows even that. FINDINGS, shown if there are any, names what is
wrong around a route, for example that proxies ignore its weights; \`explain\` and \`-o json\` say more. That a
gateway of another cluster is down only the operator knows, by its probes: its leader is asked. With
--watch, this, ServiceProfiles and the operator's Events are read again every 30 seconds, all else as it changes.

Below the routes are the Drains that are in effect, if there are any.

With --namespace, rights in the namespaces of the routes and their Services are enough, also with --watch. Kinds of
routes that you may not list are left out, and a line on standard error names them.

If a route has a policy, two more columns are shown. TIER is the tier that serves, and how many there are.
WAITS is a backend that was lost and is ready again, and when traffic goes back to it if it stays so; or "not" and
one with too few ready endpoints, and when traffic leaves it. It is also a backend to which traffic moves when its turn
comes, or after a mass event, as the limits of a FailoverPolicy ask. When that is only the operator knows: its
leader is asked if a route waits or is due, and you need the permissions of \`dashboard\` for that. Without its answer the
time is the one that it last wrote in the status of the FailoverPolicy that targets the route by name, or "?".`,
  flags: () => [
    ...namespaceFlags('show only the routes of this namespace'),
    selectorFlag(),
    ...goBoolean('-w, --watch', 'keep running and show each change, until Ctrl-C'),
    ...goBoolean('--exit-code', 'exit with 1 if a route is dark or misconfigured'),
    ...goBoolean('--classic', 'print the columns, or the JSON, of the original linkerd-failover'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'status', text: 'show all controlled routes' },
    { line: 'status -n shop trafficsplit/web', text: 'show one route' },
    { line: 'status --exit-code', text: 'fail if a route is dark or misconfigured, for a script' },
    { line: 'status -n shop --watch', text: 'follow the routes of one namespace' },
    { line: 'status --watch -o json', text: 'print a line of JSON for each route, and for each change' },
    {
      line: `status -o json | jq '.routes[] | select(.state != "primary")'`,
      text: 'list the routes that are not served by their primary',
    },
  ],
  run: async (context, args, flags) => (await import('../status/status.ts')).showStatus(context, args, flags),
}
