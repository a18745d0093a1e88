import type { CommandSpec } from '../command.ts'
import {
  flag,
  goBoolean,
  namespaceFlag,
  notEmpty,
  objectName,
  outputFlag,
  positiveDuration,
  selectorFlag,
} from '../flags.ts'

const from = 'cluster/NAME, cluster/Local, service/NAME or service/NAMESPACE/NAME; a word alone is a cluster'

export const drain: CommandSpec = {
  name: 'drain',
  args: [{ term: '<from...>', text: from }],
  summary: 'Take a cluster or a Service out on purpose, until a time',
  description: `Creates a Drain with your own permissions. While it is in effect, what it takes out counts as absent:
traffic goes to the other backends, and comes back by itself when the time is over. A cluster is named as Linkerd's
multicluster extension names it; Local stands for everything that is not mirrored. With --last-resort Allow, what is
drained serves while nothing else is ready.

In the namespace of the operator, which is the default, a Drain is for all routes. In any other namespace it is for the
routes of that namespace. First it shows what would happen, as \`what-if --drain\` does, and asks. Without a terminal it
does nothing, unless you use --yes. To change when a Drain ends, drain the same again. To end it, use \`undrain\`.

The operator must follow Drains: install it with policies.enabled=true.`,
  flags: () => [
    flag('--for <duration>', 'how long, such as 30m or 2h').argParser(positiveDuration).makeOptionMandatory(),
    flag('--reason <text>', 'why, for those who wonder').argParser(notEmpty).makeOptionMandatory(),
    flag('--name <name>', 'the name of the Drain (default: after what it takes out)').argParser(objectName),
    flag('--last-resort <what>', 'whether what is drained serves while nothing else is ready')
      .choices(['Allow', 'Never'])
      .default('Allow'),
    namespaceFlag('the namespace of the Drain (default: that of the operator, for all routes)'),
    selectorFlag(),
    ...goBoolean('--yes', 'do not ask'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    {
      line: 'drain cluster/east --for 2h --reason CHG-1234',
      text: 'move all traffic away from cluster east for two hours',
    },
    {
      line: 'drain service/web -n shop --for 30m --reason CHG-1234 --yes',
      text: 'take one Service out, for the routes of its namespace, without a question',
    },
  ],
  run: async (context, words, flags) => (await import('../drains/drain.ts')).drain(context, words, flags),
}

export const undrain: CommandSpec = {
  name: 'undrain',
  args: [{ term: '<drain...>', text: 'NAME, NAMESPACE/NAME, or what it takes out, such as cluster/east' }],
  summary: 'End a Drain before its time',
  description: `Deletes Drains with your own permissions. What they took out stays out for 10 s more; then traffic may
come back, as the policy of each route says.`,
  flags: () => [
    namespaceFlag('only Drains of this namespace (default: all namespaces)'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [{ line: 'undrain cluster/east', text: 'let cluster east serve again' }],
  run: async (context, words, flags) => (await import('../drains/undrain.ts')).undrain(context, words, flags),
}
