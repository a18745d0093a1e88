import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { version } from '../base/version.ts'

/** What gauges read when they are scraped. */
export interface ProcessReadings {
  readonly leads: () => boolean
  readonly eventsLost: () => number
}

export type ProcessMetrics = ReturnType<typeof createProcessMetrics>

/** A registry with what Node.js measures of itself. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/**
 * The metrics of the process, whichever controllers run in it. docs/operating/metrics.md says what each
 * means.
 */
export function createProcessMetrics(registry: Registry, { leads, eventsLost }: ProcessReadings) {
  const registers = [registry]
  const build = { name: 'linkerd_failover_build_info', help: 'Always 1; its label is the version.' }
  new Gauge({ ...build, labelNames: ['version'] as const, registers }).set({ version }, 1)
  new Gauge({
    name: 'linkerd_failover_events_dropped',
    help: 'Kubernetes Events lost: too many waited, or the server would not take them.',
    registers,
    collect() {
      this.set(eventsLost())
    },
  })
  new Gauge({
    name: 'linkerd_failover_leader',
    help: 'Whether this replica is the one that writes (1) or stands by (0).',
    registers,
    collect() {
      this.set(leads() ? 1 : 0)
    },
  })
  return {
    leaderTransitions: new Counter({
      name: 'linkerd_failover_leader_transitions_total',
      help: 'Times that this replica began to lead (to="leader") or ceased to (to="standby").',
      labelNames: ['to'] as const,
      registers,
    }),
  }
}
