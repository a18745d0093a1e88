import type { CommandSpec } from '../command.ts'
import { goBoolean, namespaceFlags, outputFlag, selectorFlag } from '../flags.ts'

export const status: CommandSpec = {
  name: 'status',
  summary: 'Show every controlled route: who serves, since when, and why',
  description: `What is shown is read from the cluster with your own permissions and judged by the operator's own rules; the
operator need not run. STATE is what the rules decide: primary, failover, dark (nothing is ready), hold, paused or
misconfigured. "(due)" behind it says that the weights are not like that yet: the operator is about to write them, or
does not run. SINCE is the time of the newest Failover Event of the route; the cluster forgets Events after an hour
or so, and then it is unknown.`,
  flags: () => [
    ...namespaceFlags('only the routes of this namespace'),
    selectorFlag(),
    ...goBoolean('-w, --watch', 'go on and show each change, until Ctrl-C'),
    ...goBoolean('--classic', 'the columns, and the JSON, of the original linkerd-failover'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'status', text: 'all controlled routes' },
    { line: 'status -n shop --watch', text: 'follow those of one namespace' },
    {
      line: `status -o json | jq '.routes[] | select(.state != "primary")'`,
      text: 'those that are not on their primary',
    },
  ],
  run: async (context, _args, flags) => (await import('../status/status.ts')).showStatus(context, flags),
}
