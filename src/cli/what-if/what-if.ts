import * as z from 'zod'
import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { findUnused as findUndrained, type Planned } from '../drains/foresee.ts'
import { parseTargets } from '../drains/target.ts'
import { badAnswer, exitCodes, type Failure, wrongUsage } from '../failure.ts'
import { paletteFor, renderData } from '../output.ts'
import { type Snapshot, takeSnapshot } from '../snapshot.ts'
import { servicesOf } from './clusters.ts'
import { foresee } from './foresee.ts'
import { effectsText } from './table.ts'
import { addDown, asItIs, readWorld, type World } from './world.ts'

const schema = z.object({
  down: z.array(z.string()).default([]),
  clusterDown: z.array(z.string()).default([]),
  drain: z.array(z.string()).default([]),
  file: z.string().optional(),
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  allNamespaces: z.boolean().default(false),
  selector: z.string(),
  output: z.enum(['table', 'json', 'yaml']),
})

/** Prints what would become of every route; the answer is bad if any would go dark. */
export async function showWhatIf({ io, connect }: Context, given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const { file, namespace } = flags
  if (file === undefined && flags.down.length + flags.clusterDown.length + flags.drain.length === 0) {
    return err(
      wrongUsage('nothing to simulate', 'name what goes down with --down, --cluster-down, --drain or --file'),
    )
  }
  const declared = file === undefined ? ok(asItIs) : await readWorld(file)
  if (!declared.ok) return declared
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const home = namespace ?? cluster.value.namespace
  const named = flags.down.map((name) => (name.includes('/') ? name : `${home}/${name}`))
  const world = addDown(declared.value, named, flags.clusterDown)
  const lost = await servicesOf(reading, world.clusters, namespace)
  if (!lost.ok) return lost
  const snapshot = await takeSnapshot(reading, flags, io)
  if (!snapshot.ok) return snapshot
  if (snapshot.value.leftOut !== undefined) io.stderr.write(`${snapshot.value.leftOut}\n`)
  const unused = findUnused(world, snapshot.value)
  if (!unused.ok) return unused
  const planned = plannedOf(flags.drain, home, snapshot.value)
  if (!planned.ok) return planned
  const { services } = addDown(world, lost.value, [])
  const { fates, routes, totals } = foresee(snapshot.value, services, planned.value)
  io.stdout.write(
    flags.output === 'table'
      ? effectsText(fates, totals, paletteFor(io.stdout, io.env))
      : await renderData(flags.output, { routes, totals }),
  )
  return ok(totals['goes dark'] > 0 ? exitCodes.bad : exitCodes.ok)
}

/** A mistyped Service would make everything look fine. */
function findUnused({ services }: World, { routes }: Snapshot): Result<void, Failure> {
  const used = new Set<ServiceKey>()
  for (const { splits } of routes)
    for (const { backends } of splits) for (const { service } of backends) used.add(service)
  const unused = [...services.keys()].filter((service) => !used.has(service))
  if (unused.length === 0) return ok(undefined)
  return err(badAnswer(`no controlled route uses ${unused.join(', ')}`, 'write Services as NAMESPACE/NAME'))
}

/** A Drain of all these, for all routes; `undefined` if nothing is to be drained. */
function plannedOf(
  words: readonly string[],
  namespace: string,
  snapshot: Snapshot,
): Result<Planned | undefined, Failure> {
  if (words.length === 0) return ok(undefined)
  const from = parseTargets(words, namespace)
  if (!from.ok) return from
  const found = findUndrained(from.value, snapshot)
  if (!found.ok) return found
  const spec = { from: from.value, until: Number.POSITIVE_INFINITY, reason: '', lastResort: 'Allow' } as const
  const place = snapshot.drains.rootNamespace ?? programName
  return ok({ namespace: place, name: 'what-if', spec, forAllRoutes: true })
}
