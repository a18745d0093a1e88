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
 * The alerts. Only the leader counts routes, but around a hand-over two replicas may, so the expressions
 * use the maximum over the replicas. Counters belong to one replica each, so they are added up.
 */
export const alerts: readonly Alert[] = [
  {
    alert: 'LinkerdFailoverRouteDark',
    expr: 'max by (kind) (linkerd_failover_routes{state="dark"}) > 0',
    for: '1m',
    severity: 'critical',
    summary: '{{ $value }} {{ $labels.kind }} routes have no ready backend',
    description:
      'Neither the primary nor any secondary is ready, so requests fail. The operator cannot help: bring a backend back.',
  },
  {
    alert: 'LinkerdFailoverRouteFailedOver',
    expr: 'max by (kind) (linkerd_failover_routes{state="failover"}) > 0',
    for: '1h',
    severity: 'warning',
    summary: '{{ $value }} {{ $labels.kind }} routes have been on their secondaries for an hour',
    description: 'The primary has no ready endpoint. If the secondaries go down too, requests fail.',
  },
  {
    alert: 'LinkerdFailoverRouteMisconfigured',
    expr: 'max by (kind) (linkerd_failover_routes{state="misconfigured"}) > 0',
    for: '5m',
    severity: 'warning',
    summary: '{{ $value }} {{ $labels.kind }} routes are misconfigured',
    description: 'They do not fail over until they are fixed. An Event on each route says what is wrong.',
  },
  {
    alert: 'LinkerdFailoverRouteHeld',
    expr: 'max by (kind) (linkerd_failover_routes{state="hold"}) > 0',
    for: '10m',
    severity: 'warning',
    summary: '{{ $value }} {{ $labels.kind }} routes are held because something is unknown',
    description:
      'They fail neither over nor back until it is known. An Event on each route says which object is missing, and in which cluster.',
  },
  {
    alert: 'LinkerdFailoverRoutesVanished',
    // When none is left there is no series to add up.
    expr: 'sum(increase(linkerd_failover_routes_ended_total[5m])) > 0.1 * (sum(increase(linkerd_failover_routes_ended_total[5m])) + (sum(max by (kind, state) (linkerd_failover_routes)) or vector(0)))',
    for: '1m',
    severity: 'warning',
    summary: 'More than a tenth of the controlled routes are gone',
    description:
      'Within five minutes they were deleted, or lost their label, so they do not fail over any more. The timeline names them.',
  },
  {
    alert: 'LinkerdFailoverPatchFailing',
    expr: 'sum by (kind, outcome) (increase(linkerd_failover_patches_total{outcome!="written"}[10m])) > 10',
    for: '5m',
    severity: 'critical',
    summary: 'Weights of {{ $labels.kind }} routes cannot be written: {{ $labels.outcome }}',
    description: 'Routes whose primary goes down may not fail over. The operator keeps retrying the writes.',
  },
  {
    alert: 'LinkerdFailoverProfileWriteFailing',
    expr: 'sum by (outcome) (increase(linkerd_failover_service_profile_writes_total{outcome!~"created|written"}[10m])) > 10',
    for: '5m',
    severity: 'critical',
    summary: 'Weights of ServiceProfiles cannot be written: {{ $labels.outcome }}',
    description:
      'TrafficSplits have new weights and the proxies do not follow them. The operator keeps retrying the writes.',
  },
  {
    alert: 'LinkerdFailoverNotSynced',
    // Of linked clusters (their name follows an @) nobody waits for a list.
    expr: 'min by (watch) (linkerd_failover_watch_synced{watch!~".+@.+"}) == 0',
    for: '5m',
    severity: 'critical',
    summary: 'The operator has not received a complete list of {{ $labels.watch }}',
    description:
      'The operator does not change weights before it has received everything that a decision needs.',
  },
  {
    alert: 'LinkerdFailoverNoLeader',
    expr: '(sum(linkerd_failover_leader) or vector(0)) < 1',
    for: '1m',
    severity: 'critical',
    summary: 'No replica of the operator is the leader',
    description: 'No weights are written: routes whose primary goes down now do not fail over.',
  },
  {
    // The range is shorter than `for`, or a single mass event would fire the alert ten minutes later.
    alert: 'LinkerdFailoverReactionSlow',
    expr: 'histogram_quantile(0.99, sum by (le) (rate(linkerd_failover_reaction_seconds_bucket[5m]))) > 2',
    for: '10m',
    severity: 'warning',
    summary: 'One failover in a hundred takes more than {{ $value | humanizeDuration }}',
    description:
      'This is the time from the arrival of a change to the answer to the write. Requests fail in the meantime.',
  },
  {
    // Whether a route flaps is decided by the operator, which counts for each: no label names a route.
    alert: 'LinkerdFailoverFlapping',
    expr: 'sum by (kind) (increase(linkerd_failover_flaps_total[1h])) > 0',
    for: '1m',
    severity: 'warning',
    summary: '{{ $labels.kind }} routes flap: at least one failed over four times within an hour',
    description:
      'Traffic goes back to a primary that does not last. An annotation makes a lost primary wait: failover.linkerd.io/failback-after.',
  },
  {
    alert: 'LinkerdFailoverMassEvent',
    expr: 'max(linkerd_failover_mass_event) > 0',
    for: '1m',
    severity: 'critical',
    summary: 'So many routes want to leave backends that can serve that none does',
    description:
      'A wrong threshold or a wrong reading is more likely than so many losses. An Event on the FailoverPolicy with the limit says how many.',
  },
  {
    alert: 'LinkerdFailoverDrainEndsDown',
    expr: 'min by (drain) (linkerd_failover_drain_expires_seconds{state="down"}) < 900',
    for: '1m',
    severity: 'warning',
    summary:
      'The Drain {{ $labels.drain }} ends in {{ $value | humanizeDuration }}, and nothing that it takes out is ready',
    description:
      'When it ends, backends that come back get traffic at once. Move its end, or find out why they are not ready.',
  },
  {
    alert: 'LinkerdFailoverPolicyNotAccepted',
    expr: 'max(linkerd_failover_policies{accepted="false"}) > 0',
    for: '10m',
    severity: 'warning',
    summary: 'FailoverPolicies that the operator does not follow: {{ $value }}',
    description:
      'What they ask for applies to no route. The condition Accepted of each says why: kubectl get failoverpolicies -A.',
  },
  {
    alert: 'LinkerdFailoverAwaitsApproval',
    expr: 'max(linkerd_failover_waiting{why="approval"}) > 0',
    for: '24h',
    severity: 'warning',
    summary: 'Routes have awaited approval to go back to a lost tier for a day, {{ $value }} of them now',
    description:
      'Lost backends could serve again, and nobody has said that traffic may go back. Check them, then approve the return with linkerd-failover return.',
  },
]

/** The heading in docs/operating/metrics.md of an alert's runbook, as the fragment of its URL. */
export const anchorOf = ({ alert }: Alert): string => alert.toLowerCase()

/** The groups of a rule file; `runbooks` is the URL of docs/operating/metrics.md. */
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
