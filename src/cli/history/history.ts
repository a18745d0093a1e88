import * as z from 'zod'
import { ok } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes, wrongUsage } from '../failure.ts'
import type { Io } from '../io.ts'
import { type Column, renderData, renderTable } from '../output.ts'
import { type RouteRef, readRouteRef } from '../route-ref.ts'
import { readReports } from '../status/events.ts'
import { type HistoryItem, merged } from './merged.ts'
import { readTimeline } from './timeline.ts'

const schema = z.object({
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  allNamespaces: z.boolean().default(false),
  output: z.enum(['table', 'json', 'yaml']),
})

/** Prints the operator's Events and its timeline in one, of all routes or of one. */
export async function showHistory(
  { io, connect }: Context,
  words: readonly string[],
  given: Flags,
): Promise<Ending> {
  const { namespace, allNamespaces, output } = schema.parse(given)
  if (allNamespaces && (namespace !== undefined || words.length > 0)) {
    const see = 'see linkerd-failover history --help'
    return {
      ok: false,
      error: wrongUsage('--all-namespaces cannot be combined with --namespace or a route', see),
    }
  }
  const ref = words.length === 0 ? undefined : await readRouteRef(words, { io, connect })
  if (ref && !ref.ok) return ref
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const place = namespace ?? (ref && cluster.value.namespace)
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const [reports, timeline] = await Promise.all([
    readReports(reading, place),
    readTimeline(cluster.value, io),
  ])
  if (!reports.ok) return reports
  if (!timeline.ok) io.stderr.write(`only Events are shown: ${timeline.error}\n`)
  const items = merged(reports.value, timeline.ok ? timeline.value : []).filter((item) =>
    isWanted(item, place, ref?.value),
  )
  io.stdout.write(output === 'table' ? table(io, items) : await renderData(output, { history: items }))
  return ok(exitCodes.ok)
}

const isWanted = (
  { kind, namespace, name }: HistoryItem,
  place: string | undefined,
  ref: RouteRef | undefined,
): boolean =>
  (place === undefined || namespace === place) &&
  (ref === undefined || (name === ref.name && ref.codecs.some((codec) => codec.kind === kind)))

const columns: readonly Column<HistoryItem>[] = [
  { title: 'TIME', cell: ({ at }) => `${at.slice(0, 19)}Z` },
  { title: 'NAMESPACE', cell: ({ namespace }) => namespace },
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'WHAT', cell: ({ what }) => what },
  { title: 'FROM', cell: ({ from }) => from.join(', ') },
  { title: 'SENTENCE', cell: ({ sentence }) => sentence },
]

function table(io: Io, items: readonly HistoryItem[]): string {
  if (items.length > 0) return renderTable(columns, items)
  io.stderr.write('nothing is known to have happened\n')
  return ''
}
