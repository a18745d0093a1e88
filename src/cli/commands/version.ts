import type { CommandSpec } from '../command.ts'
import { goBoolean, outputFlag } from '../flags.ts'

export const version: CommandSpec = {
  name: 'version',
  summary: 'Print the version of this program and of the operator in the cluster',
  description:
    'The version of the operator is read from the label app.kubernetes.io/version of its Deployment.',
  flags: () => [
    ...goBoolean('--client', 'print only the version of this program, without a request to the cluster'),
    outputFlag(['table', 'json', 'yaml']),
  ],
  examples: [{ line: 'version --client', text: 'print the version of this program' }],
  run: async (context, _args, flags) => (await import('../version/version.ts')).printVersion(context, flags),
}
