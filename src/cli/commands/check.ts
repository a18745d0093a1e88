import type { CommandSpec } from '../command.ts'
import { flag, goBoolean, outputFlag, parseDuration } from '../flags.ts'

export const check: CommandSpec = {
  name: 'check',
  summary: 'Check the failover extension for potential problems',
  description: `Linkerd runs it too, as part of \`linkerd check\`. It reads with your own permissions and changes nothing: where it
must know whether a write would be refused, it asks the API server for a dry run. Checks that may pass a little later
are tried again until they do, or until the time of --wait is over. Flags that it does not know are passed over.`,
  flags: () => [
    ...goBoolean('--pre', 'only what must hold before the extension is installed'),
    ...goBoolean('--proxy', 'also what concerns the proxies of the data plane'),
    flag('-n, --namespace <name>', 'only the routes of this namespace (default: all)'),
    flag('--wait <duration>', 'how long all checks together may take to pass')
      .argParser(parseDuration)
      .default(300_000, '5m0s'),
    outputFlag(['table', 'json', 'short'], 'how to print the results; short leaves out what passed'),
  ],
  examples: [
    { line: 'check --pre', text: 'can the extension be installed here?' },
    { line: 'check --wait=10s -o json', text: 'is all well, for a program' },
  ],
  lenient: true,
  manual: async () => (await import('../check/manual.ts')).manual(),
  run: async (context, _args, flags) => (await import('../check/check.ts')).runCheck(context, flags),
}
