import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Buckets in seconds: one request after the weights, or a mass failover. */
const delayBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

/** What gauges read when they are scraped. */
export interface ProfileReadings {
  /** ServiceProfiles whose weights another client keeps undoing. */
  readonly fights: () => number
  /** ServiceProfiles that the operator wrote and that no controlled TrafficSplit has any more. */
  readonly orphans: () => number
}

/** The metrics of ServiceProfiles, in `registry`. docs/operating/metrics.md says what each means. */
export function createProfileMetrics(registry: Registry, { fights, orphans }: ProfileReadings) {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge(
    'linkerd_failover_service_profile_fights',
    'ServiceProfiles whose weights another client keeps undoing.',
    fights,
  )
  gauge(
    'linkerd_failover_service_profiles_orphaned',
    'ServiceProfiles that the operator wrote, without a controlled TrafficSplit now.',
    orphans,
  )
  return {
    writes: new Counter({
      name: 'linkerd_failover_service_profile_writes_total',
      help: 'Writes of ServiceProfiles by outcome: created, written, or the kind of error.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    delay: new Histogram({
      name: 'linkerd_failover_service_profile_delay_seconds',
      help: 'From new weights of a TrafficSplit to the answered write of its ServiceProfile.',
      buckets: delayBuckets,
      registers,
    }),
  }
}
