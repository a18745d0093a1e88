import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { programName } from '../../base/names.ts'
import { type Input, namespacedMetadata } from '../manifest.ts'

type Unit = 'short' | 's' | 'ops'

interface Panel {
  readonly title: string
  readonly unit: Unit
  readonly queries: Readonly<Record<string, string>>
}

const quantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket[$__rate_interval])))`

/** Legend and query of each line. What is wrong now comes first. */
const panels: readonly Panel[] = [
  {
    title: 'Routes by state',
    unit: 'short',
    queries: { '{{state}}': 'max by (state) (sum by (state, instance) (linkerd_failover_routes))' },
  },
  {
    title: 'Transitions',
    unit: 'ops',
    queries: {
      '{{direction}}': 'sum by (direction) (rate(linkerd_failover_transitions_total[$__rate_interval]))',
    },
  },
  {
    title: 'Routes that wait, flaps in an hour, Drains',
    unit: 'short',
    queries: {
      'wait for {{why}}': 'max by (why) (linkerd_failover_waiting)',
      '{{kind}} flaps': 'sum by (kind) (increase(linkerd_failover_flaps_total[1h]))',
      'Drains in effect': 'max(sum by (instance) (linkerd_failover_drains))',
    },
  },
  {
    title: 'Reaction time, from the change received to the weight written',
    unit: 's',
    queries: {
      p50: quantile(0.5, 'linkerd_failover_reaction_seconds'),
      p99: quantile(0.99, 'linkerd_failover_reaction_seconds'),
      'p99 since the Pods changed': quantile(0.99, 'linkerd_failover_reaction_from_trigger_seconds'),
    },
  },
  {
    title: 'Writes by outcome',
    unit: 'ops',
    queries: { '{{outcome}}': 'sum by (outcome) (rate(linkerd_failover_patches_total[$__rate_interval]))' },
  },
  {
    title: 'Queue',
    unit: 'short',
    queries: {
      waiting: 'sum(linkerd_failover_queue_depth)',
      'in flight': 'sum(linkerd_failover_queue_in_flight)',
    },
  },
  {
    title: 'Leader and watches',
    unit: 'short',
    queries: {
      'leaders (must be 1)': 'sum(linkerd_failover_leader)',
      '{{watch}} synced': 'min by (watch) (linkerd_failover_watch_synced)',
    },
  },
  {
    title: 'Notifications waiting and lost',
    unit: 'short',
    queries: {
      '{{receiver}} waiting': 'sum by (receiver) (linkerd_failover_notifications_waiting)',
      '{{receiver}} lost': 'sum by (receiver) (increase(linkerd_failover_notifications_lost_total[1h]))',
    },
  },
  {
    title: 'Memory and processor',
    unit: 'short',
    queries: {
      '{{instance}} MiB': 'process_resident_memory_bytes{job=~".*linkerd-failover.*"} / 1048576',
      '{{instance}} cores': 'rate(process_cpu_seconds_total{job=~".*linkerd-failover.*"}[$__rate_interval])',
    },
  },
]

const datasource = { type: 'prometheus', uid: '$datasource' }

const drawn = ({ title, unit, queries }: Panel, index: number) => ({
  id: index + 1,
  type: 'timeseries',
  title,
  datasource,
  gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
    refId: String.fromCharCode(65 + query),
    datasource,
    expr,
    legendFormat,
  })),
})

/** A dashboard of Grafana, as it takes it for import. */
export const grafanaDashboard = {
  uid: programName,
  title: programName,
  tags: ['linkerd'],
  schemaVersion: 39,
  editable: true,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }],
  },
  panels: panels.map(drawn),
}

/** The text of the dashboard's file. */
export const grafanaText = (): string => `${JSON.stringify(grafanaDashboard, undefined, 2)}\n`

/** Found by the sidecar of Grafana's chart, by its label. */
export const grafanaConfigMap = (input: Input) => {
  const metadata = namespacedMetadata(input)
  const labels = { ...input.values.grafanaDashboard.labels, ...metadata.labels }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, name: `${metadata.name}-dashboard`, labels },
    data: { 'linkerd-failover.json': grafanaText() },
  } satisfies IConfigMap
}
