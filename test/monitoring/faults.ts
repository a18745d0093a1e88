/** What each alert is for, as series of Prometheus (a value a minute), and when it must have fired. */
export interface Fault {
  readonly series: Readonly<Record<string, string>>
  readonly firesAt: string
  /** Shortly before, it is still quiet. */
  readonly quietAt: string
  readonly labels: Readonly<Record<string, string>>
  readonly summary: string
}

/** A cluster in which all is well, watched by two replicas of which the first leads. */
export const healthy: Readonly<Record<string, string>> = {
  'linkerd_failover_routes{instance="a",kind="TrafficSplit",state="primary"}': '9x180',
  'linkerd_failover_routes{instance="b",kind="TrafficSplit",state="primary"}': '9x180',
  'linkerd_failover_leader{instance="a"}': '1x180',
  'linkerd_failover_mass_event{instance="a"}': '0x180',
  'linkerd_failover_leader{instance="b"}': '0x180',
  'linkerd_failover_watch_synced{instance="a",watch="endpointslices"}': '1x180',
  'linkerd_failover_flaps_total{instance="a",kind="TrafficSplit"}': '0x180',
  'linkerd_failover_waiting{instance="a",why="approval"}': '0x180',
  'linkerd_failover_drain_expires_seconds{instance="a",drain="mesh/web",state="ready"}': '10800-60x180',
  'linkerd_failover_policies{instance="a",accepted="true"}': '3x180',
  'linkerd_failover_policies{instance="a",accepted="false"}': '0x60 1x5 0x115',
  'linkerd_failover_patches_total{instance="a",kind="TrafficSplit",outcome="written"}': '0+5x180',
  'linkerd_failover_patches_total{instance="a",kind="TrafficSplit",outcome="invalid"}': '0+0x60 1+0x119',
  'linkerd_failover_service_profile_writes_total{instance="a",outcome="created"}': '0+5x180',
  'linkerd_failover_service_profile_writes_total{instance="a",outcome="written"}': '0+5x180',
  'linkerd_failover_reaction_seconds_bucket{instance="a",le="0.01"}': '0+5x180',
  'linkerd_failover_reaction_seconds_bucket{instance="a",le="5"}': '0+5x180',
  'linkerd_failover_reaction_seconds_bucket{instance="a",le="+Inf"}': '0+5x180',
}

const routes = (state: string) => `linkerd_failover_routes{instance="a",kind="HTTPRoute",state="${state}"}`
const kind = { kind: 'HTTPRoute' }

export const faults: Readonly<Record<string, Fault>> = {
  LinkerdFailoverRouteDark: {
    series: { [routes('dark')]: '0x9 3x60' },
    quietAt: '10m',
    firesAt: '11m',
    labels: kind,
    summary: '3 HTTPRoute routes have no ready backend',
  },
  LinkerdFailoverRouteFailedOver: {
    series: { [routes('failover')]: '0x9 2x120' },
    quietAt: '69m',
    firesAt: '70m',
    labels: kind,
    summary: '2 HTTPRoute routes have been on their secondaries for an hour',
  },
  LinkerdFailoverRouteMisconfigured: {
    series: { [routes('misconfigured')]: '0x9 1x60' },
    quietAt: '14m',
    firesAt: '15m',
    labels: kind,
    summary: '1 HTTPRoute routes are misconfigured',
  },
  LinkerdFailoverRouteHeld: {
    series: { [routes('hold')]: '0x9 2x60' },
    quietAt: '19m',
    firesAt: '20m',
    labels: kind,
    summary: '2 HTTPRoute routes are held because something is unknown',
  },
  LinkerdFailoverRoutesVanished: {
    series: { 'linkerd_failover_routes_ended_total{instance="a"}': '0x9 2x60' },
    quietAt: '10m',
    firesAt: '12m',
    labels: {},
    summary: 'More than a tenth of the controlled routes are gone',
  },
  LinkerdFailoverPatchFailing: {
    series: {
      'linkerd_failover_patches_total{instance="a",kind="HTTPRoute",outcome="forbidden"}': '0x9 0+6x60',
    },
    quietAt: '12m',
    firesAt: '20m',
    labels: { kind: 'HTTPRoute', outcome: 'forbidden' },
    summary: 'Weights of HTTPRoute routes cannot be written: forbidden',
  },
  LinkerdFailoverProfileWriteFailing: {
    series: {
      'linkerd_failover_service_profile_writes_total{instance="a",outcome="forbidden"}': '0x9 0+6x60',
    },
    quietAt: '12m',
    firesAt: '20m',
    labels: { outcome: 'forbidden' },
    summary: 'Weights of ServiceProfiles cannot be written: forbidden',
  },
  LinkerdFailoverNotSynced: {
    series: { 'linkerd_failover_watch_synced{instance="b",watch="httproutes"}': '1x9 0x60' },
    quietAt: '14m',
    firesAt: '15m',
    labels: { watch: 'httproutes' },
    summary: 'The operator has not received a complete list of httproutes',
  },
  LinkerdFailoverNoLeader: {
    series: { 'linkerd_failover_leader{instance="a"}': '1x9 0x60' },
    quietAt: '10m',
    firesAt: '11m',
    labels: {},
    summary: 'No replica of the operator is the leader',
  },
  LinkerdFailoverReactionSlow: {
    series: {
      'linkerd_failover_reaction_seconds_bucket{instance="a",le="0.01"}': '0+1x9 9x60',
      'linkerd_failover_reaction_seconds_bucket{instance="a",le="5"}': '0+5x180',
      'linkerd_failover_reaction_seconds_bucket{instance="a",le="+Inf"}': '0+5x180',
    },
    quietAt: '9m',
    firesAt: '30m',
    labels: {},
    summary: 'One failover in a hundred takes more than 4.95s',
  },
  LinkerdFailoverFlapping: {
    series: { 'linkerd_failover_flaps_total{instance="a",kind="HTTPRoute"}': '0x9 1x60 1x60' },
    quietAt: '10m',
    firesAt: '11m',
    labels: kind,
    summary: 'HTTPRoute routes flap: at least one failed over four times within an hour',
  },
  LinkerdFailoverMassEvent: {
    series: { 'linkerd_failover_mass_event{instance="a"}': '0x9 1x60' },
    quietAt: '10m',
    firesAt: '11m',
    labels: {},
    summary: 'So many routes want to leave backends that can serve that none does',
  },
  LinkerdFailoverDrainEndsDown: {
    series: {
      'linkerd_failover_drain_expires_seconds{instance="a",drain="mesh/east",state="down"}': '1440-60x24',
    },
    quietAt: '10m',
    firesAt: '11m',
    labels: { drain: 'mesh/east' },
    summary: 'The Drain mesh/east ends in 13m 0s, and nothing that it takes out is ready',
  },
  LinkerdFailoverPolicyNotAccepted: {
    series: { 'linkerd_failover_policies{instance="a",accepted="false"}': '0x9 2x60' },
    quietAt: '19m',
    firesAt: '20m',
    labels: {},
    summary: 'FailoverPolicies that the operator does not follow: 2',
  },
  LinkerdFailoverAwaitsApproval: {
    series: { 'linkerd_failover_waiting{instance="a",why="approval"}': '0x9 2x1500' },
    quietAt: '1449m',
    firesAt: '1451m',
    labels: {},
    summary: 'Routes have awaited approval to go back to a lost tier for a day, 2 of them now',
  },
}
