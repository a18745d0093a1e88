import * as z from 'zod'
import { ok } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { type DrainItem, drainItems, withDrains } from '../drains/list.ts'
import { exitCodes, wrongUsage } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import { paletteFor, renderData } from '../output.ts'
import { createProgress } from '../progress.ts'
import { takeSnapshot } from '../snapshot.ts'
import { classicOf, classicTable } from './classic.ts'
import { type FoundStatus, readStatuses, statusData } from './read-status.ts'
import { statusTable } from './table.ts'
import { hasUnknownWaits, readWaitTimes, withWaitTimes } from './wait-times.ts'

const schema = z.object({
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  allNamespaces: z.boolean().default(false),
  selector: z.string(),
  watch: z.boolean().default(false),
  classic: z.boolean().default(false),
  output: z.enum(['table', 'json', 'yaml']),
})

export type StatusFlags = z.infer<typeof schema>

/** Prints the status of every controlled route, once or (`--watch`) at each change. */
export async function showStatus(context: Context, given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const wrong = contradiction(flags)
  if (wrong) return { ok: false, error: wrong }
  const cluster = await context.connect()
  if (!cluster.ok) return cluster
  if (flags.watch) return (await import('./watch.ts')).watchStatus(context.io, cluster.value, flags)
  const reading = { transport: cluster.value.transport, signal: context.io.interrupted }
  const snapshot = await takeSnapshot(reading, flags, context.io)
  if (!snapshot.ok) return snapshot
  const progress = createProgress(context.io)
  const { routes, unknownSince, unseen } = await readStatuses(
    reading,
    snapshot.value,
    flags.namespace,
    progress,
  )
  if (unknownSince !== undefined) context.io.stderr.write(`SINCE is unknown: ${unknownSince}\n`)
  const { drains, today } = snapshot.value
  for (const line of [...unseen, ...drains.unseen]) context.io.stderr.write(`${line}\n`)
  const timed = flags.classic ? routes : await withTimes(context.io, cluster.value, routes, flags)
  context.io.stdout.write(await render(context.io, timed, drainItems(drains, today), flags))
  return ok(exitCodes.ok)
}

/** Asks the operator only if a route waits for something. */
async function withTimes(
  io: Io,
  cluster: Cluster,
  routes: readonly FoundStatus[],
  { namespace }: StatusFlags,
): Promise<readonly FoundStatus[]> {
  if (!hasUnknownWaits(routes.map(({ facts }) => facts))) return routes
  const times = await readWaitTimes(cluster, io, { namespace })
  if (times.ok) return routes.map((route) => ({ ...route, facts: withWaitTimes(route.facts, times.value) }))
  io.stderr.write(`WAITS has no times: ${times.error}\n`)
  return routes
}

function contradiction({ namespace, allNamespaces, watch, classic, output }: StatusFlags) {
  const see = 'see linkerd-failover status --help'
  if (namespace !== undefined && allNamespaces)
    return wrongUsage('--namespace and --all-namespaces cannot be combined', see)
  if (watch && (classic || output !== 'table'))
    return wrongUsage('--watch only shows the table; it cannot be combined with --classic or --output', see)
  return undefined
}

async function render(
  io: Io,
  routes: readonly FoundStatus[],
  drains: readonly DrainItem[],
  flags: StatusFlags,
): Promise<string> {
  const { output, classic } = flags
  const facts = routes.map((route) => route.facts)
  if (output !== 'table') return renderData(output, classic ? classicOf(facts) : statusData(routes, drains))
  if (routes.length === 0) io.stderr.write(noRoutes(flags))
  if (routes.length === 0 && !classic) return ''
  if (classic) return classicTable(classicOf(facts))
  const now = io.clock.wallTime().getTime()
  return withDrains(statusTable(routes, paletteFor(io.stdout, io.env), now), drains, now)
}

export const noRoutes = ({ namespace, selector }: StatusFlags): string =>
  `no routes match the selector ${selector}${namespace === undefined ? '' : ` in namespace ${namespace}`}\n`
