import type { CommandSpec } from '../command.ts'
import { flag } from '../flags.ts'

const args = [{ term: '<route...>', text: 'KIND/NAME, for example trafficsplit/web' }]
const flags = () => [
  flag('-n, --namespace <name>', 'the namespace of the routes (default: the namespace of the context)'),
]

export const pause: CommandSpec = {
  name: 'pause',
  args,
  summary: 'Stop the operator from changing the weights of routes',
  description: `Sets the annotation failover.linkerd.io/paused: "true" on each route, with your own
permissions. The operator does not change the weights of a paused route, even if its backends go down, until
you resume it.`,
  flags,
  examples: [{ line: 'pause trafficsplit/web -n shop', text: 'keep the weights of web as they are' }],
  run: async (context, names, given) =>
    (await import('../pause/pause.ts')).setPaused(context, names, given, true),
}

export const resume: CommandSpec = {
  name: 'resume',
  args,
  summary: 'Let the operator change the weights of paused routes again',
  description:
    'Removes the annotation failover.linkerd.io/paused from each route, with your own permissions.',
  flags,
  examples: [{ line: 'resume trafficsplit/web -n shop', text: 'let the operator manage web again' }],
  run: async (context, names, given) =>
    (await import('../pause/pause.ts')).setPaused(context, names, given, false),
}
