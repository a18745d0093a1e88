import type { CommandSpec } from '../command.ts'
import { collect, flag, namespaceFlags, outputFlag, selectorFlag } from '../flags.ts'

/** `a,b`, repeated or both. */
const words = (value: string, before: readonly string[] = []) =>
  value.split(',').reduce<string[]>((all, word) => collect(word.trim(), all), [...before])

export const whatIf: CommandSpec = {
  name: 'what-if',
  summary: 'Show what would happen to every route if Services were lost or drained, or policies applied',
  description: `Reads the cluster with your own permissions, then applies the operator's rules to it as if
the named Services were down, or drained. Nothing is written. A route goes dark when no backend that gets its traffic is
ready. The exit code is 1 if any route would go dark, or if the operator would find a policy invalid, so you can run it before a
maintenance or in CI.

With --policy it reads FailoverPolicies and Drains from files before they are applied, and checks them as the API server
and the operator would. They take the place of those with their names; what is in the cluster besides stays. Each is listed
with the routes that would follow it, and with what keeps the operator from following it.

A world file can also make Services ready or unknown. Every part of it is optional:

  services:
    shop/web: down # ready, down or unknown
    shop/web-east: { ready: 1, total: 3 }
  clusters:
    east: down`,
  flags: () => [
    flag(
      '--down <service...>',
      'Services to treat as down: NAME or NAMESPACE/NAME, separated by commas',
    ).argParser(words),
    flag(
      '--cluster-down <name>',
      'a cluster whose mirrored Services to treat as down; may be repeated',
    ).argParser(collect),
    flag('--drain <from...>', 'what to take out as `drain` would, such as cluster/east').argParser(words),
    flag(
      '--policy <file>',
      'a YAML file of FailoverPolicies and Drains to treat as applied, - for standard input; may be repeated',
    ).argParser(collect),
    flag('-f, --file <file>', 'a world file, in YAML or JSON'),
    ...namespaceFlags(
      'show only the routes of this namespace; also the namespace of Services that name none',
    ),
    selectorFlag(),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'what-if --down web,cart -n shop', text: 'what if two Services go down at once?' },
    {
      line: 'what-if --cluster-down east',
      text: 'what if every Service that is mirrored from a cluster goes down?',
    },
    { line: 'what-if --drain cluster/east', text: 'what if cluster east is drained?' },
    { line: 'what-if --policy cart.yaml', text: 'what if these policies are applied?' },
    {
      line: 'what-if --policy - --cluster-down east',
      text: 'would those of standard input hold if a cluster is lost then?',
    },
    { line: 'what-if -f world.yaml', text: 'what if the world is as this file says?' },
  ],
  run: async (context, _args, flags) => (await import('../what-if/what-if.ts')).showWhatIf(context, flags),
}
