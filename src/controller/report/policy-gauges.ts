import { Gauge, type Registry } from 'prom-client'
import { waitKinds } from '../../core/policy/types.ts'
import type { DrainGauge } from './drain-readings.ts'

/** What the gauges of policies read when they are scraped. */
export interface PolicyReadings {
  /** By what they wait for: how many routes. */
  readonly waiting: () => Iterable<{ why: string; count: number }>
  /** The Drains in effect. */
  readonly drains: () => Iterable<DrainGauge>
  /** Each FailoverPolicy: whether it applies to anything. */
  readonly policies: () => Iterable<boolean>
  /** Too many routes want to leave what serves, so none does. */
  readonly isMassEvent: () => boolean
}

export function addPolicyReadings(registry: Registry, readings: PolicyReadings): void {
  addWaitReadings(registry, readings)
  addDrainReadings(registry, readings)
  new Gauge({
    name: 'linkerd_failover_mass_event',
    help: 'Whether so many routes want to leave backends that can serve that none does (1).',
    registers: [registry],
    collect() {
      this.set(readings.isMassEvent() ? 1 : 0)
    },
  })
  new Gauge({
    name: 'linkerd_failover_policies',
    help: 'FailoverPolicies, by whether they are accepted: true or false.',
    labelNames: ['accepted'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const isAccepted of readings.policies()) this.inc({ accepted: String(isAccepted) })
    },
  })
}

function addWaitReadings(registry: Registry, { waiting }: PolicyReadings): void {
  new Gauge({
    name: 'linkerd_failover_waiting',
    help: `Routes that wait before traffic moves, by what for: ${waitKinds.join(', ')}.`,
    labelNames: ['why'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const { why, count } of waiting()) this.set({ why }, count)
    },
  })
}

/** So many Drains have a series of their own. */
const mostDrains = 100

function addDrainReadings(registry: Registry, { drains }: PolicyReadings): void {
  new Gauge({
    name: 'linkerd_failover_drains',
    help: 'Drains in effect, by whose traffic they move: of all routes, or of those of a namespace.',
    labelNames: ['scope'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const { scope } of drains()) this.inc({ scope })
    },
  })
  new Gauge({
    name: 'linkerd_failover_drain_expires_seconds',
    help: `Time until a Drain ends, by how the best is that it takes out: ready, down, unknown or none. The first ${mostDrains}.`,
    labelNames: ['drain', 'state'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const { drain, state, seconds } of [...drains()].slice(0, mostDrains))
        this.set({ drain, state }, seconds)
    },
  })
}
