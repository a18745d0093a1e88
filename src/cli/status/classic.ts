import type { RouteFacts } from '../../api/schema.ts'
import { type Column, renderTable } from '../output.ts'

/** One TrafficSplit in the words of the original linkerd-failover; also its JSON. */
export interface ClassicStatus {
  readonly namespace: string
  readonly name: string
  readonly status: 'primary' | 'fallback'
  readonly services: readonly string[]
}

/**
 * What the original prints: TrafficSplits, and whether the primary has weight. It left out those without the
 * annotation; here they are, with their first backend as primary.
 */
export function classicOf(routes: readonly RouteFacts[]): ClassicStatus[] {
  return routes
    .filter(({ kind }) => kind === 'TrafficSplit')
    .map(({ namespace, name, splits }) => {
      const backends = splits.flatMap((split) => split.backends)
      const active = backends.filter((backend) => backend.active)
      return {
        namespace,
        name,
        status: active.some(({ primary }) => primary) ? 'primary' : 'fallback',
        services: active.map(({ service }) => service.slice(namespace.length + 1)),
      }
    })
}

const words = { primary: 'Primary', fallback: 'Fallback' } as const

const columns: readonly Column<ClassicStatus>[] = [
  { title: 'NAMESPACE', cell: ({ namespace }) => namespace },
  { title: 'TRAFFIC_SPLIT', cell: ({ name }) => name },
  { title: 'STATUS', cell: ({ status }) => words[status] },
  { title: 'ACTIVE_BACKENDS', cell: ({ services }) => services.join(', ') },
]

export const classicTable = (splits: readonly ClassicStatus[]): string => renderTable(columns, splits)
