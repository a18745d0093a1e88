import type { CommandSpec } from '../command.ts'
import { flag, namespaceFlag, outputFlag, positiveDuration } from '../flags.ts'
import { routesArgs } from '../route-args.ts'

const flags = () => [
  namespaceFlag('the namespace of the routes (default: the namespace of the context)'),
  outputFlag(['table', 'json', 'yaml']),
]

export const pause: CommandSpec = {
  name: 'pause',
  args: routesArgs,
  summary: 'Stop the operator from changing the weights of routes',
  description: `Sets the annotation failover.linkerd.io/paused: "true" on each route, with your own
permissions. The operator does not change the weights of a paused route, even if its backends go down, until
you resume it.

With --for the pause ends by itself. The annotation failover.linkerd.io/paused-until has the time. With --for or
--reason, failover.linkerd.io/paused-by has the name by which the API server knows you, and
failover.linkerd.io/paused-reason has the reason. \`status\`, \`explain\`, the dashboard and the log of the
operator show all three. To change the end of a pause, pause the route again.`,
  flags: () => [
    ...flags(),
    flag(
      '--for <duration>',
      'how long the pause lasts, such as 30m or 2h (default: until you resume it)',
    ).argParser(positiveDuration),
    flag('--reason <text>', 'why, for those who wonder'),
  ],
  examples: [
    { line: 'pause trafficsplit/web -n shop', text: 'keep the weights of web as they are' },
    {
      line: 'pause trafficsplit/web -n shop --for 1h --reason CHG-1234',
      text: 'the same for an hour, and say why',
    },
  ],
  run: async (context, names, given) =>
    (await import('../pause/pause.ts')).pauseRoutes(context, names, given),
}

export const resume: CommandSpec = {
  name: 'resume',
  args: routesArgs,
  summary: 'Let the operator change the weights of paused routes again',
  description: `Removes the annotation failover.linkerd.io/paused from each route, with your own permissions, and with
it those that say who paused it, why, and until when.`,
  flags,
  examples: [{ line: 'resume trafficsplit/web -n shop', text: 'let the operator manage web again' }],
  run: async (context, names, given) =>
    (await import('../pause/pause.ts')).resumeRoutes(context, names, given),
}
