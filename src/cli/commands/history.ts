import type { CommandSpec } from '../command.ts'
import { namespaceFlags, outputFlag } from '../flags.ts'
import { optionalRouteArgs } from '../route-args.ts'

export const history: CommandSpec = {
  name: 'history',
  args: optionalRouteArgs('only of this route'),
  summary: 'Show what happened to routes: the Events and the timeline of the operator in one',
  description: `Prints what the operator reported, the oldest first, each thing once. Events are read with your own
permissions; the cluster deletes them after about an hour. The timeline of the operator's leader goes back to its
start and also has holds that ended, and the end of routes; you need the permissions of \`dashboard\` for it. Without
it only Events are shown, and a line on standard error says why. FROM says where a line comes from. Routes that do not
exist any more are shown too.`,
  flags: () => [
    ...namespaceFlags('show only the routes of this namespace'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'history -n shop', text: 'what happened in the namespace shop?' },
    { line: 'history -n shop trafficsplit/web', text: 'what happened to one route?' },
  ],
  run: async (context, args, flags) =>
    (await import('../history/history.ts')).showHistory(context, args, flags),
}
