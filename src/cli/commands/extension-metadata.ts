import { ok } from '../../base/result.ts'
import type { CommandSpec } from '../command.ts'
import { exitCodes } from '../failure.ts'

/** By this Linkerd learns that the extension is there, and that `linkerd check` is to run its checks always. */
export const extensionMetadata: CommandSpec = {
  name: '_extension-metadata',
  summary: 'Tell Linkerd about this extension',
  description: 'For `linkerd check`, which runs it to learn whose checks to run.',
  flags: () => [],
  examples: [],
  hidden: true,
  lenient: true,
  run: async ({ io }) => {
    io.stdout.write(`${JSON.stringify({ name: 'linkerd-failover', checks: 'always' })}\n`)
    return ok(exitCodes.ok)
  },
}
