import * as z from 'zod'
import { ok } from '../../base/result.ts'
import { kinds } from '../../install/kinds.ts'
import type { Manifest } from '../../install/manifest.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes } from '../failure.ts'
import { refuseWhileAway } from './away.ts'
import { storedValues, theInstalled } from './installed.ts'
import { findLabelled, type Labelled } from './labelled.ts'
import { manifestsFor, printManifests } from './manifests.ts'
import { readOverrides } from './overrides.ts'

const schema = z.object({
  namespace: z.string().optional(),
  output: z.enum(['yaml', 'json']),
  force: z.boolean().default(false),
})

/** A Namespace is never pruned: that would delete everything in it. */
const prunable = kinds.filter(({ kind }) => kind !== 'Namespace')

/** Prints the objects with the extension's label that are no longer part of it. */
export async function printPrune({ io, globals, connect }: Context, given: Flags): Promise<Ending> {
  const { namespace, output, force } = schema.parse(given)
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const installed = await theInstalled(reading, namespace)
  if (!installed.ok) return installed
  const stored = await storedValues(reading, installed.value.namespace)
  if (!stored.ok) return stored
  const overrides = await readOverrides(globals, given, stored.value)
  if (!overrides.ok) return overrides
  const expected = manifestsFor(installed.value.namespace, overrides.value)
  if (!expected.ok) return expected
  const found = await findLabelled(reading, prunable)
  if (!found.ok) return found
  const wanted = new Set(expected.value.map(identity))
  const left = found.value.filter((object) => !wanted.has(identity(object)))
  if (left.length === 0) return ok(exitCodes.ok)
  const may = force ? ok(undefined) : await refuseWhileAway(reading)
  if (!may.ok) return may
  io.stdout.write(printManifests(left, output))
  return ok(exitCodes.ok)
}

const identity = ({ kind, metadata }: Labelled | Manifest): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
