import * as z from 'zod'
import { extensionLabel, extensionName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { kinds } from '../../install/kinds.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { badAnswer, exitCodes, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { refuseWhileAway } from './away.ts'
import { findLabelled, type Labelled } from './labelled.ts'
import { printManifests } from './manifests.ts'

const schema = z.object({ output: z.enum(['yaml', 'json']), force: z.boolean().default(false) })

/**
 * Kinds of which objects may be outside the extension's namespace; deleting the Namespace deletes the rest.
 */
const outside = kinds.filter(({ kind, namespaced }) => !namespaced || /^Role/.test(kind))
const inside = kinds.filter(({ namespaced }) => namespaced)

/** Prints what belongs to the extension. */
export async function printUninstall({ io, connect }: Context, given: Flags): Promise<Ending> {
  const { output, force } = schema.parse(given)
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const found = await findLabelled(reading, outside)
  if (!found.ok) return found
  if (found.value.length === 0)
    return err(badAnswer('no object of the extension is in this cluster', 'see: linkerd-failover check'))
  const may = force ? ok(undefined) : await refuseWhileAway(reading)
  if (!may.ok) return may
  const shared = await sharedNamespaces(reading, found.value)
  if (!shared.ok) return shared
  const objects: Labelled[] = found.value.filter((object) => !isNamespaceOf(object, shared.value))
  for (const namespace of shared.value) {
    io.stderr.write(`Namespace ${namespace} also contains other Deployments, so it is kept\n`)
    const own = await findLabelled(reading, inside, namespace)
    if (!own.ok) return own
    objects.push(...own.value.filter((object) => !objects.some((other) => same(object, other))))
  }
  io.stdout.write(printManifests(objects, output))
  return ok(exitCodes.ok)
}

const isNamespaceOf = ({ kind, metadata }: Labelled, names: readonly string[]): boolean =>
  kind === 'Namespace' && names.includes(metadata.name)

const same = (one: Labelled, other: Labelled): boolean =>
  one.kind === other.kind &&
  one.metadata.name === other.metadata.name &&
  one.metadata.namespace === other.metadata.namespace

const deployments = { group: 'apps', version: 'v1', plural: 'deployments' }

/**
 * The extension's namespaces that contain other Deployments too: Helm's hook labels any namespace it
 * installs into.
 */
async function sharedNamespaces(
  reading: Reading,
  found: readonly Labelled[],
): Promise<Result<string[], Failure>> {
  const shared: string[] = []
  for (const { metadata } of found.filter(({ kind }) => kind === 'Namespace')) {
    const others = {
      resource: deployments,
      namespace: metadata.name,
      labelSelector: `${extensionLabel}!=${extensionName}`,
    }
    const listed = await listAs(reading, others, (object) => object)
    if (!listed.ok) return listed
    if (listed.value.length > 0) shared.push(metadata.name)
  }
  return ok(shared)
}
