import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { codecs } from '../../routes/codecs.ts'
import type { RouteCodec } from '../../routes/route.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { badAnswer, exitCodes, type Failure, withFlag, wrongUsage } from '../failure.ts'
import { defaultSelector } from '../flags.ts'
import type { Io } from '../io.ts'
import { renderData } from '../output.ts'
import { compareRoutes } from '../snapshot.ts'
import { findCollisions } from './collisions.ts'
import { compare } from './compare.ts'
import { fromCluster } from './from-cluster.ts'
import { fromFile } from './from-file.ts'
import type { MigrationInput } from './input.ts'
import { type Migration, migrate } from './migration.ts'
import { readOriginal } from './original.ts'
import { problemsOf, remarks, reportText, routesText } from './text.ts'

const schema = z.object({
  file: z.string().optional(),
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  selector: z.string(),
  kind: z.string(),
  check: z.boolean().default(false),
  output: z.enum(['json', 'yaml']).optional(),
})
type Wanted = z.infer<typeof schema>

/**
 * Prints the routes that take the place of TrafficSplits, or compares both; bad if any is not migrated in
 * full.
 */
export async function showMigration(context: Context, given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const codec = codecs.find(({ kind }) => kind === flags.kind)
  if (!codec)
    return err(
      wrongUsage(`"${flags.kind}" is not a kind to migrate to`, 'see linkerd-failover migrate --help'),
    )
  const input = await read(context, flags, codec)
  if (!input.ok) return input
  const migrations = migrateAll(input.value, codec)
  if (migrations.length === 0) {
    return err(nothingFound(flags))
  }
  if (flags.check) return report(context.io, migrations, codec, flags.output)
  await print(context.io, input.value.notes, migrations, flags.output ?? 'yaml')
  return ok(problemsOf(migrations).length > 0 ? exitCodes.bad : exitCodes.ok)
}

function nothingFound({ file, namespace, selector }: Wanted): Failure {
  if (file !== undefined)
    return badAnswer(`no TrafficSplit is in ${file}`, 'write it with kubectl get trafficsplits -A -o yaml')
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`
  return badAnswer(
    `no TrafficSplit${where} matches the selector ${selector}`,
    'list them with kubectl get trafficsplits -A --show-labels',
    withFlag('selector', 'choose others with --selector'),
  )
}

async function read(
  { io, connect }: Context,
  { file, namespace, selector }: Wanted,
  codec: RouteCodec,
): Promise<Result<MigrationInput, Failure>> {
  if (file !== undefined && selector !== defaultSelector) {
    return err(
      wrongUsage('--selector cannot be used with --file', 'leave it out: the whole file is migrated'),
    )
  }
  if (file !== undefined) return fromFile(io, file, namespace ?? 'default', codec)
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  return fromCluster(reading, { namespace, selector }, codec)
}

function migrateAll({ splits, ...input }: MigrationInput, codec: RouteCodec): Migration[] {
  const originals = splits.map(readOriginal).filter((original) => original !== undefined)
  const sorted = originals.sort((a, b) => compareRoutes(a.route, b.route))
  return findCollisions(sorted.map((original) => migrate(original, { ...input, codec })))
}

async function print(
  { stdout, stderr }: Io,
  notes: readonly string[],
  migrations: readonly Migration[],
  format: 'json' | 'yaml',
): Promise<void> {
  if (format === 'yaml') return stdout.write(await routesText(notes, migrations))
  const items = migrations.flatMap(({ routes }) => routes)
  stdout.write(await renderData('json', { apiVersion: 'v1', kind: 'List', items }))
  // JSON has no comments.
  for (const remark of remarks(notes, migrations)) stderr.write(`${remark}\n`)
}

async function report(
  { stdout }: Io,
  migrations: readonly Migration[],
  codec: RouteCodec,
  format: Wanted['output'],
): Promise<Ending> {
  const compared = migrations.map((migration) => compare(migration, codec))
  const found = {
    trafficSplits: migrations.length,
    routes: migrations.reduce((sum, { routes }) => sum + routes.length, 0),
    worlds: compared.reduce((sum, { worlds }) => sum + worlds, 0),
    leftOut: compared.flatMap(({ leftOut }) => leftOut ?? []),
    differences: compared.flatMap(({ differences }) => differences),
    problems: problemsOf(migrations),
  }
  stdout.write(format === undefined ? reportText(found) : await renderData(format, found))
  const isGood = found.differences.length === 0 && found.problems.length === 0
  return ok(isGood ? exitCodes.ok : exitCodes.bad)
}
