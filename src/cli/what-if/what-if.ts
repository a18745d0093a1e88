import * as z from 'zod'
import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { findUnused as findUndrained, type Planned } from '../drains/foresee.ts'
import { parseTargets } from '../drains/target.ts'
import { badAnswer, exitCodes, type Failure, wrongUsage } from '../failure.ts'
import type { Io } from '../io.ts'
import type { Reading } from '../listing.ts'
import { paletteFor, renderData } from '../output.ts'
import { type PolicyFiles, readPolicyFiles } from '../policies/policy-files.ts'
import { type Snapshot, takeSnapshot } from '../snapshot.ts'
import { servicesOf } from './clusters.ts'
import { type Foreseen, foresee } from './foresee.ts'
import { effectsText } from './table.ts'
import { type Tryout, tryOut, tryoutText } from './tryout.ts'
import { addDown, asItIs, readWorld, type World } from './world.ts'

const schema = z.object({
  down: z.array(z.string()).default([]),
  clusterDown: z.array(z.string()).default([]),
  drain: z.array(z.string()).default([]),
  policy: z.array(z.string()).default([]),
  file: z.string().optional(),
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  allNamespaces: z.boolean().default(false),
  selector: z.string(),
  output: z.enum(['table', 'json', 'yaml']),
})

type WhatIfFlags = z.infer<typeof schema>

/** Prints what would become of every route; the answer is bad if any would go dark. */
export async function showWhatIf({ io, connect }: Context, given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const { file, policy, down, clusterDown, drain } = flags
  if (file === undefined && [...policy, ...down, ...clusterDown, ...drain].length === 0) return err(nothing)
  const declared = file === undefined ? ok(asItIs) : await readWorld(file)
  if (!declared.ok) return declared
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const home = flags.namespace ?? cluster.value.namespace
  const files = await readPolicyFiles(policy, home, io)
  if (!files.ok) return files
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const named = down.map((name) => (name.includes('/') ? name : `${home}/${name}`))
  return foreseeIn(io, reading, flags, {
    home,
    files: files.value,
    world: addDown(declared.value, named, clusterDown),
  })
}

interface Asked {
  /** The namespace of what names none. */
  readonly home: string
  readonly files: PolicyFiles
  readonly world: World
}

async function foreseeIn(
  io: Io,
  reading: Reading,
  flags: WhatIfFlags,
  { home, files, world }: Asked,
): Promise<Ending> {
  const { namespace, drain } = flags
  const lost = await servicesOf(reading, world.clusters, namespace)
  if (!lost.ok) return lost
  const snapshot = await takeSnapshot(reading, flags, io)
  if (!snapshot.ok) return snapshot
  const unused = findUnused(world, snapshot.value)
  if (!unused.ok) return unused
  const planned = plannedOf(drain, home, snapshot.value)
  if (!planned.ok) return planned
  const tryout = await tryOut(reading, files, snapshot.value, namespace)
  const doubts = [snapshot.value.leftOut ?? [], tryout?.doubts ?? []].flat()
  for (const line of doubts) io.stderr.write(`${line}\n`)
  const { services } = addDown(world, lost.value, [])
  const drains = [...planned.value, ...(tryout?.drains ?? [])]
  const { routes = snapshot.value.routes } = tryout ?? {}
  return show(io, flags, foresee(snapshot.value, { services, drains, routes }), tryout)
}

const nothing = wrongUsage(
  'nothing to simulate',
  'name what goes down with --down, --cluster-down, --drain or --file, or what is to be applied with --policy',
)

async function show(
  { stdout, env }: Io,
  { output }: WhatIfFlags,
  { fates, routes, totals }: Foreseen,
  tryout: Tryout | undefined,
): Promise<Ending> {
  const palette = paletteFor(stdout, env)
  const tried = tryout ? { policies: tryout.tried, notes: tryout.notes } : {}
  stdout.write(
    output === 'table'
      ? (tryout ? tryoutText(tryout, palette) : '') + effectsText(fates, totals, palette)
      : await renderData(output, { ...tried, routes, totals }),
  )
  return ok(totals['goes dark'] > 0 || tryout?.isRefused ? exitCodes.bad : exitCodes.ok)
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

/** A Drain of all these, for all routes; none if nothing is to be drained. */
function plannedOf(
  words: readonly string[],
  namespace: string,
  snapshot: Snapshot,
): Result<readonly Planned[], Failure> {
  if (words.length === 0) return ok([])
  const from = parseTargets(words, namespace)
  if (!from.ok) return from
  const found = findUndrained(from.value, snapshot)
  if (!found.ok) return found
  const spec = { from: from.value, until: Number.POSITIVE_INFINITY, reason: '', lastResort: 'Allow' } as const
  const place = snapshot.drains.rootNamespace ?? programName
  return ok([{ namespace: place, name: 'what-if', spec, forAllRoutes: true }])
}
