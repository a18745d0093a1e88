import { programName } from '../../base/names.ts'
import { ok } from '../../base/result.ts'
import type { CommandSpec } from '../command.ts'
import { exitCodes } from '../failure.ts'

/** Linkerd runs this to find the extension. `always`: `linkerd check` runs the checks every time. */
export const extensionMetadata: CommandSpec = {
  name: '_extension-metadata',
  summary: 'Describe this extension to Linkerd',
  description: '`linkerd check` runs this command to find out which extensions have checks.',
  flags: () => [],
  examples: [],
  hidden: true,
  lenient: true,
  run: async ({ io }) => {
    io.stdout.write(`${JSON.stringify({ name: programName, checks: 'always' })}\n`)
    return ok(exitCodes.ok)
  },
}
