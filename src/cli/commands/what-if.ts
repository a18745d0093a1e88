import type { CommandSpec } from '../command.ts'
import { collect, flag, namespaceFlags, outputFlag, selectorFlag } from '../flags.ts'

/** `a,b`, repeated or both. */
const words = (value: string, before: readonly string[] = []) =>
  value.split(',').reduce<string[]>((all, word) => collect(word.trim(), all), [...before])

export const whatIf: CommandSpec = {
  name: 'what-if',
  summary: 'Tell what would become of every route if Services or a cluster were lost',
  description: `Reads the cluster with your own permissions, changes what is known of some Services, and asks the operator's own rules
once more. Nothing is written. A route goes dark when nobody who gets its traffic could serve it. The exit code is 1 if
any route would go dark, so it can guard a maintenance or a merge.

A world file says more than flags can, all of it optional:

  services:
    shop/web: down # ready, down or unknown
    shop/web-east: { ready: 1, total: 3 }
  clusters:
    east: down`,
  flags: () => [
    flag(
      '--down <service...>',
      'Services without a ready endpoint: NAME or NAMESPACE/NAME, with commas between',
    ).argParser(words),
    flag('--cluster-down <name>', 'a cluster whose mirrored Services are lost; may be repeated').argParser(
      collect,
    ),
    flag('-f, --file <file>', 'a world file, in YAML or JSON'),
    ...namespaceFlags('only the routes of this namespace, and where bare names of Services are'),
    selectorFlag(),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [
    { line: 'what-if --down web,cart -n shop', text: 'two Services at once' },
    { line: 'what-if --cluster-down east', text: 'everything that is mirrored from a cluster' },
    { line: 'what-if -f world.yaml', text: 'a world of your own' },
  ],
  run: async (context, _args, flags) => (await import('../what-if/what-if.ts')).showWhatIf(context, flags),
}
