import type { CommandSpec } from '../command.ts'
import { flag } from '../flags.ts'

const args = [{ term: '<route...>', text: 'KIND/NAME, for example trafficsplit/web' }]
const flags = () => [
  flag('-n, --namespace <name>', 'the namespace of the routes (default: that of the context)'),
]

export const pause: CommandSpec = {
  name: 'pause',
  args,
  summary: 'Make the operator leave routes alone',
  description: `Sets the annotation failover.linkerd.io/paused: "true", with your own permissions. The weights stay as they are until
the route is resumed, whatever becomes of its backends.`,
  flags,
  examples: [{ line: 'pause trafficsplit/web -n shop', text: 'leave web alone' }],
  run: async (context, names, given) =>
    (await import('../pause/pause.ts')).setPaused(context, names, given, true),
}

export const resume: CommandSpec = {
  name: 'resume',
  args,
  summary: 'Hand routes back to the operator',
  description: 'Takes the annotation failover.linkerd.io/paused away, with your own permissions.',
  flags,
  examples: [{ line: 'resume trafficsplit/web -n shop', text: 'let the operator look after web again' }],
  run: async (context, names, given) =>
    (await import('../pause/pause.ts')).setPaused(context, names, given, false),
}
