import type { CommandSpec } from '../command.ts'
import { flag, selectorFlag } from '../flags.ts'

export const diagnostics: CommandSpec = {
  name: 'diagnostics',
  summary: 'Collect what a bug report needs into one archive, without secrets',
  description: `Collects versions, the results of \`check\` and \`status\`, the routes, the objects that
decide whether their backends are ready, the Links to other clusters, leases, Events, and the operator's
Deployment, Pods and logs. Its metrics, timeline and routes are read through the API server's proxy to Pods.
How many endpoints Linkerd gives to proxies, and which of its Pods differ, is asked as by
\`explain --proxies\`, with the same permissions. Anything that could not be collected is listed; the rest is
included.

Secrets and ConfigMaps are never read. Tokens, private keys and the values of environment variables are
removed. Look into the archive before you send it: it contains the names of your namespaces and Services,
and addresses of Pods.`,
  flags: () => [
    flag(
      '-f, --file <file>',
      'the archive to write; it must not exist yet (default: a name that contains the time)',
    ),
    selectorFlag(),
  ],
  examples: [{ line: 'diagnostics', text: 'write linkerd-failover-diagnostics-TIME.tar.gz' }],
  run: async (context, _args, flags) =>
    (await import('../diagnostics/diagnostics.ts')).writeDiagnostics(context, flags),
}
