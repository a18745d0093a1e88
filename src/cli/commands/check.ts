import type { CommandSpec } from '../command.ts'
import { flag, goBoolean, namespaceFlag, outputFlag, parseDuration } from '../flags.ts'

export const check: CommandSpec = {
  name: 'check',
  summary: 'Check the failover extension for potential problems',
  description: `\`linkerd check\` runs these checks too. They read the cluster with your own permissions and
change nothing. To find out whether the API server would refuse a write, they send it as a dry run. A check
that may pass a little later is repeated until it passes or the --wait time is over. Unknown flags are
ignored.`,
  flags: () => [
    ...goBoolean('--pre', 'run only the checks that must pass before you install the extension'),
    ...goBoolean('--proxy', 'also check the proxies of the data plane'),
    namespaceFlag('check only the routes of this namespace (default: all)'),
    flag('--wait <duration>', 'how long to wait for all checks together to pass')
      .argParser(parseDuration)
      .default(300_000, '5m0s'),
    outputFlag(['table', 'json', 'short'], 'how to print the results; short prints only what did not pass'),
  ],
  examples: [
    { line: 'check --pre', text: 'can I install the extension in this cluster?' },
    { line: 'check --wait=10s -o json', text: 'check everything, and print the results as JSON' },
  ],
  lenient: true,
  manual: async () => (await import('../check/manual.ts')).manual(),
  run: async (context, _args, flags) => (await import('../check/check.ts')).runCheck(context, flags),
}
