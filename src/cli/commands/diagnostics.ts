import type { CommandSpec } from '../command.ts'
import { flag, selectorFlag } from '../flags.ts'

export const diagnostics: CommandSpec = {
  name: 'diagnostics',
  summary: 'Put what a bug report needs into one archive, without secrets',
  description: `Collects versions, the results of \`check\` and \`status\`, routes with what tells of the readiness of their backends,
leases, Events, the operator's Deployment and Pods, its logs, and its metrics and timeline through the API server's
proxy to Pods. Values of environment variables, tokens and private keys are taken out; Secrets and ConfigMaps are not
read. What could not be had is said, and the rest is there. Look into the archive before you send it: names of your
namespaces and Services, and addresses of Pods, are in it.`,
  flags: () => [
    flag('-f, --file <file>', 'the archive to write, which must not exist (default: a name with the time)'),
    selectorFlag(),
  ],
  examples: [{ line: 'diagnostics', text: 'write linkerd-failover-diagnostics-TIME.tar.gz' }],
  run: async (context, _args, flags) =>
    (await import('../diagnostics/diagnostics.ts')).writeDiagnostics(context, flags),
}
