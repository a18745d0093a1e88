import * as z from 'zod'
import { ok } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes } from '../failure.ts'
import { storedValues, theInstalled } from './installed.ts'
import { manifestsFor, printManifests, warningsOn } from './manifests.ts'
import { readOverrides } from './overrides.ts'

const schema = z.object({
  namespace: z.string().optional(),
  output: z.enum(['yaml', 'json']),
  resetValues: z.boolean().default(false),
})

/** Prints the objects of this version with the values of the installation that is there. */
export async function printUpgrade({ io, globals, connect }: Context, given: Flags): Promise<Ending> {
  const { namespace, output, resetValues } = schema.parse(given)
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const installed = await theInstalled(reading, namespace)
  if (!installed.ok) return installed
  const stored = resetValues ? ok({}) : await storedValues(reading, installed.value.namespace)
  if (!stored.ok) return stored
  const overrides = await readOverrides(globals, given, stored.value)
  if (!overrides.ok) return overrides
  const objects = manifestsFor(installed.value.namespace, overrides.value)
  if (!objects.ok) return objects
  io.stderr.write(warningsOn(overrides.value))
  io.stdout.write(printManifests(objects.value, output))
  return ok(exitCodes.ok)
}
