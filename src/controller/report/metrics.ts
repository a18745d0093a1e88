import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { routeStates } from '../../core/state.ts'
import type { Outcome } from '../../readiness/gateways/gateway.ts'
import type { GatewayReading } from '../../readiness/gateways/gateways.ts'
import type { WatchReading } from '../watch/cluster-watch.ts'
import { flapsFrom } from './flaps.ts'
import { addPolicyReadings, type PolicyReadings } from './policy-gauges.ts'

/** Buckets in seconds: a reaction is a few ms, a mass failover some seconds. */
const reactionBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

/** What gauges read when they are scraped, rather than being kept up to date. */
export interface Readings extends PolicyReadings {
  readonly queueDepth: () => number
  readonly queueInFlight: () => number
  readonly queueOldestAgeMs: () => number
  /** By watch: the state it is in, and whether it has seen a complete list. */
  readonly watches: () => Iterable<WatchReading>
  /** The gateways of other clusters that are probed, with the state of each. */
  readonly gateways: () => Iterable<GatewayReading>
  /** By kind and state: how many routes. */
  readonly routes: () => Iterable<{ kind: string; state: string; count: number }>
  readonly fights: () => number
  /** By kind and reason: how many routes have something wrong with them that does not stop the operator. */
  readonly findings: () => Iterable<{ kind: string; reason: string; count: number }>
}

export type Metrics = ReturnType<typeof createMetrics>

/** The metrics of failovers, in `registry`. docs/operating/metrics.md says what each means. */
export function createMetrics(registry: Registry) {
  const registers = [registry]
  return {
    registry,
    transitions: new Counter({
      name: 'linkerd_failover_transitions_total',
      help: 'Applied plans that moved traffic, by kind of route and direction.',
      labelNames: ['kind', 'direction'] as const,
      registers,
    }),
    patches: new Counter({
      name: 'linkerd_failover_patches_total',
      help: 'Patches by kind of route and outcome: written, or the kind of error.',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    reaction: new Histogram({
      name: 'linkerd_failover_reaction_seconds',
      help: 'From the arrival of a change to the answered patch.',
      buckets: reactionBuckets,
      registers,
    }),
    reactionFromTrigger: new Histogram({
      name: 'linkerd_failover_reaction_from_trigger_seconds',
      help: 'From the change of the pods, as the EndpointSlice reports it, to the answered patch.',
      buckets: reactionBuckets,
      registers,
    }),
    watchEvents: new Counter({
      name: 'linkerd_failover_watch_events_total',
      help: 'Events received by watch and type.',
      labelNames: ['watch', 'type'] as const,
      registers,
    }),
    reconciles: new Counter({
      name: 'linkerd_failover_reconciles_total',
      help: 'Looks at a route, with or without a change of its weights.',
      registers,
    }),
    hedges: new Counter({
      name: 'linkerd_failover_hedges_total',
      help: 'Moves that this replica tried as a standby, by kind of route and outcome: written, unconfirmed, late, or the kind of error.',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    ended: new Counter({
      name: 'linkerd_failover_routes_ended_total',
      help: 'Routes that the operator does not control any more: they were deleted, or lost their label.',
      registers,
    }),
    countProbe: createProbeCounter(registry),
    ...createMoveCounters(registers),
    misconfigurations: new Counter({
      name: 'linkerd_failover_misconfigurations_total',
      help: 'Problems of routes that were found and reported, each once.',
      labelNames: ['kind'] as const,
      registers,
    }),
  }
}

/** Of moves of which more is to be said than that they were made. */
const createMoveCounters = (registers: Registry[]) => ({
  flaps: new Counter({
    name: 'linkerd_failover_flaps_total',
    help: `Failovers of a route that had failed over ${flapsFrom - 1} times within the hour before, by kind of route.`,
    labelNames: ['kind'] as const,
    registers,
  }),
  dryRuns: new Counter({
    name: 'linkerd_failover_dry_run_total',
    help: 'Moves of traffic that FailoverPolicies with enforcement: DryRun would make and nothing else does, by direction.',
    labelNames: ['direction'] as const,
    registers,
  }),
  limited: new Counter({
    name: 'linkerd_failover_limited_total',
    help: 'Moves that were not needed and had to wait for their turn, by the cluster of their target.',
    labelNames: ['target'] as const,
    registers,
  }),
})

/** Adds the gauges that are read at each scrape. */
export function addReadings(registry: Registry, readings: Readings): void {
  gauge(registry, 'linkerd_failover_queue_depth', 'Routes that wait for a worker.', readings.queueDepth)
  gauge(registry, 'linkerd_failover_queue_in_flight', 'Routes being reconciled.', readings.queueInFlight)
  const oldest = () => readings.queueOldestAgeMs() / 1000
  gauge(
    registry,
    'linkerd_failover_queue_oldest_age_seconds',
    'Age of the route that has waited longest.',
    oldest,
  )
  addWatchReadings(registry, readings)
  addGatewayReadings(registry, readings)
  addPolicyReadings(registry, readings)
  gauge(
    registry,
    'linkerd_failover_fights',
    'Routes whose weights another client keeps undoing.',
    readings.fights,
  )
  new Gauge({
    name: 'linkerd_failover_findings',
    help: 'Controlled routes by kind and what is wrong with them or around them.',
    labelNames: ['kind', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const { kind, reason, count } of readings.findings()) this.set({ kind, reason }, count)
    },
  })
  new Gauge({
    name: 'linkerd_failover_routes',
    help: `Controlled routes by kind and state: ${routeStates.join(', ')}.`,
    labelNames: ['kind', 'state'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const { kind, state, count } of readings.routes()) this.set({ kind, state }, count)
    },
  })
}

const probeWords = ['answered', 'missed', 'uncounted', 'void'] as const

/** Counts rounds of probes. `uncounted`: a miss that says nothing of the gateway. */
function createProbeCounter(registry: Registry): (cluster: string, outcome: Outcome) => void {
  const probes = new Counter({
    name: 'linkerd_failover_gateway_probes_total',
    help: `Rounds of probes of a gateway, by what they said: ${probeWords.join(', ')}.`,
    labelNames: ['cluster', 'outcome'] as const,
    registers: [registry],
  })
  const wordOf = (outcome: Outcome): (typeof probeWords)[number] =>
    outcome.kind === 'missed' && !outcome.counts ? 'uncounted' : outcome.kind
  return (cluster, outcome) => probes.inc({ cluster, outcome: wordOf(outcome) })
}

function addGatewayReadings(registry: Registry, { gateways }: Readings): void {
  new Gauge({
    name: 'linkerd_failover_gateway_state',
    help: 'The state of the gateway of a linked cluster, by its probes (1): pending, up, down, unsure.',
    labelNames: ['cluster', 'state'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const { cluster, state } of gateways()) this.set({ cluster, state }, 1)
    },
  })
}

function addWatchReadings(registry: Registry, { watches }: Readings): void {
  const registers = [registry]
  new Gauge({
    name: 'linkerd_failover_watch_state',
    help: 'The state each watch is in (1), by name of the watch.',
    labelNames: ['watch', 'state'] as const,
    registers,
    collect() {
      this.reset()
      for (const { name, state } of watches()) this.set({ watch: name, state }, 1)
    },
  })
  new Gauge({
    name: 'linkerd_failover_watch_synced',
    help: 'Whether a watch has seen a complete list (1) or not yet (0).',
    labelNames: ['watch'] as const,
    registers,
    collect() {
      for (const { name, synced } of watches()) this.set({ watch: name }, synced ? 1 : 0)
    },
  })
  new Gauge({
    name: 'linkerd_failover_watch_objects',
    help: 'Objects in the cache of a watch.',
    labelNames: ['watch'] as const,
    registers,
    collect() {
      for (const { name, size } of watches()) this.set({ watch: name }, size)
    },
  })
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
