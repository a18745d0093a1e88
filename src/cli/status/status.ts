import * as z from 'zod'
import { ok } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { type DrainItem, drainItems, withDrains } from '../drains/list.ts'
import { readGateways } from '../explain/gateways.ts'
import { exitCodes, wrongUsage } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import { paletteFor, renderData } from '../output.ts'
import { massEventText } from '../policies/mass-event.ts'
import { createProgress } from '../progress.ts'
import { type RouteRef, readRouteRef } from '../route-ref.ts'
import { takeSnapshot } from '../snapshot.ts'
import { classicOf, classicTable } from './classic.ts'
import { isBad, only } from './one.ts'
import { readStatuses, statusData } from './read-status.ts'
import type { FoundStatus } from './route-status.ts'
import { statusTable } from './table.ts'
import { withTimes } from './with-times.ts'

const schema = z.object({
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  allNamespaces: z.boolean().default(false),
  selector: z.string(),
  watch: z.boolean().default(false),
  classic: z.boolean().default(false),
  exitCode: z.boolean().default(false),
  output: z.enum(['table', 'json', 'yaml']),
})

export type StatusFlags = z.infer<typeof schema>

/** Prints the status of every controlled route, or of one, once or (`--watch`) at each change. */
export async function showStatus(context: Context, words: readonly string[], given: Flags): Promise<Ending> {
  const asked = schema.parse(given)
  const wrong = contradiction(asked, words.length > 0)
  if (wrong) return { ok: false, error: wrong }
  const ref = words.length === 0 ? undefined : await readRouteRef(words, context)
  if (ref && !ref.ok) return ref
  const cluster = await context.connect()
  if (!cluster.ok) return cluster
  const namespace = asked.namespace ?? (ref && cluster.value.namespace)
  const flags = { ...asked, namespace }
  if (flags.watch) return (await import('./watch.ts')).watchStatus(context.io, cluster.value, flags)
  return showOnce(context.io, cluster.value, ref?.value, flags)
}

async function showOnce(
  io: Io,
  cluster: Cluster,
  ref: RouteRef | undefined,
  flags: StatusFlags,
): Promise<Ending> {
  const reading = { transport: cluster.transport, signal: io.interrupted }
  const snapshot = await takeSnapshot(reading, flags, io)
  if (!snapshot.ok) return snapshot
  const progress = createProgress(io)
  // The original had no findings.
  const asked = flags.classic ? [] : snapshot.value.routes
  const gateways = await readGateways(asked, snapshot.value, cluster, io)
  const { routes, unknownSince, unseen } = await readStatuses(reading, snapshot.value, flags.namespace, {
    progress,
    gateways,
  })
  const shown = ref ? only(routes, ref, flags.namespace) : ok(routes)
  if (!shown.ok) return shown
  const isUnknown = shown.value.some(({ facts }) => facts.since === null)
  if (isUnknown && unknownSince !== undefined) io.stderr.write(`SINCE is not known of all: ${unknownSince}\n`)
  const { drains, policies, today, leftOut } = snapshot.value
  if (leftOut !== undefined) io.stderr.write(`${leftOut}\n`)
  const held = massEventText(policies) ?? []
  for (const line of new Set([...unseen, ...drains.unseen, ...policies.unseen].concat(held)))
    io.stderr.write(`${line}\n`)
  const timed = flags.classic
    ? shown.value
    : await withTimes(io, cluster, shown.value, { ...snapshot.value, namespace: flags.namespace })
  io.stdout.write(await render(io, timed, drainItems(drains, today), flags))
  return ok(flags.exitCode && shown.value.some(isBad) ? exitCodes.bad : exitCodes.ok)
}

function contradiction(
  { namespace, allNamespaces, watch, classic, exitCode, output }: StatusFlags,
  hasRoute: boolean,
) {
  const see = 'see linkerd-failover status --help'
  if (namespace !== undefined && allNamespaces)
    return wrongUsage('--namespace and --all-namespaces cannot be combined', see)
  if (watch && (classic || output === 'yaml'))
    return wrongUsage('--watch cannot be combined with --classic, or with the output yaml', see)
  if (watch && (exitCode || hasRoute))
    return wrongUsage('--watch cannot be combined with --exit-code, or with a single route', see)
  if (allNamespaces && hasRoute)
    return wrongUsage('a single route is in one namespace; --all-namespaces cannot be combined with it', see)
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
