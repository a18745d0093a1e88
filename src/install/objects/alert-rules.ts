import { programName } from '../../base/names.ts'

/** One alert, as Prometheus writes it. */
export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly severity: 'critical' | 'warning'
  readonly summary: string
  readonly description: string
}

/**
 * What people are woken, or told in the morning, for. The leader alone counts routes; around a hand-over two may, so
 * what is asked is the most that any replica says. Counters are those of each replica, so they are added up.
 */
export const alerts: readonly Alert[] = [
  {
    alert: 'LinkerdFailoverRouteDark',
    expr: 'max by (kind) (linkerd_failover_routes{state="dark"}) > 0',
    for: '1m',
    severity: 'critical',
    summary: '{{ $value }} {{ $labels.kind }} routes have nothing ready behind them',
    description: 'Neither the primary nor any secondary is ready, so requests fail. Weights cannot help.',
  },
  {
    alert: 'LinkerdFailoverRouteFailedOver',
    expr: 'max by (kind) (linkerd_failover_routes{state="failover"}) > 0',
    for: '1h',
    severity: 'warning',
    summary: '{{ $value }} {{ $labels.kind }} routes have lived on their secondaries for an hour',
    description: 'The primary has no ready endpoint. If the secondaries are lost too, nobody serves.',
  },
  {
    alert: 'LinkerdFailoverRouteMisconfigured',
    expr: 'max by (kind) (linkerd_failover_routes{state="misconfigured"}) > 0',
    for: '5m',
    severity: 'warning',
    summary: '{{ $value }} {{ $labels.kind }} routes cannot be understood',
    description: 'They are not protected until their owners mend them; an Event on each says what is wrong.',
  },
  {
    alert: 'LinkerdFailoverPatchFailing',
    expr: 'sum by (kind, outcome) (increase(linkerd_failover_patches_total{outcome!="written"}[10m])) > 10',
    for: '5m',
    severity: 'critical',
    summary: 'Weights of {{ $labels.kind }} routes cannot be written: {{ $labels.outcome }}',
    description: 'A primary that is lost now may not be failed over. The writes are tried again and again.',
  },
  {
    alert: 'LinkerdFailoverNotSynced',
    expr: 'min by (watch) (linkerd_failover_watch_synced) == 0',
    for: '5m',
    severity: 'critical',
    summary: 'The operator has seen no complete list of {{ $labels.watch }}',
    description: 'Nothing is decided before all that a decision needs is known.',
  },
  {
    alert: 'LinkerdFailoverNoLeader',
    expr: '(sum(linkerd_failover_leader) or vector(0)) < 1',
    for: '1m',
    severity: 'critical',
    summary: 'No replica of the operator leads',
    description: 'Nobody writes weights: a primary that is lost now is not failed over.',
  },
  {
    // It looks back upon less than it waits for, or a single mass event would be enough, ten minutes after it.
    alert: 'LinkerdFailoverReactionSlow',
    expr: 'histogram_quantile(0.99, sum by (le) (rate(linkerd_failover_reaction_seconds_bucket[5m]))) > 2',
    for: '10m',
    severity: 'warning',
    summary: 'One failover in a hundred takes more than {{ $value | humanizeDuration }}',
    description: 'From the arrival of a change to the answered write. Each millisecond is failed requests.',
  },
]

/** The heading in docs/OPERATIONS.md under which an alert's runbook stands, as a fragment of its URL. */
export const anchorOf = ({ alert }: Alert): string => alert.toLowerCase()

/** The groups of a rule file; `runbooks` is the URL of docs/OPERATIONS.md. */
export const ruleGroups = (runbooks: string) => [
  {
    name: programName,
    rules: alerts.map((alert) => ({
      alert: alert.alert,
      expr: alert.expr,
      for: alert.for,
      labels: { severity: alert.severity },
      annotations: {
        summary: alert.summary,
        description: alert.description,
        runbook_url: `${runbooks}#${anchorOf(alert)}`,
      },
    })),
  },
]
