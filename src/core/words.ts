import { knownPrimary } from './split.ts'
import type { Observation, Readiness, ServiceKey, Split } from './types.ts'

/** The primary as a sentence names it. */
export const primaryName = ({ primary }: Split): string => primary ?? 'the primary'

/** What is known of the primary: `shop/web has 0 of 3 endpoints ready`. */
export const primaryReadiness = (observation: Observation): string =>
  readinessText(primaryName(observation.split), knownPrimary(observation))

/** That a Service is not known to be ready or down, and why, unless that has become known since. */
export const unknownText = (service: ServiceKey, readiness: Readiness): string =>
  `the readiness of ${service} is not known yet${readiness.state === 'unknown' ? `: ${readiness.why}` : ''}`

/** Why a Service is taken for ready, down or unknown: `shop/web has 0 of 3 endpoints ready`. */
export function readinessText(service: ServiceKey, readiness: Readiness): string {
  if (readiness.state === 'unknown') return readiness.why
  if (readiness.state === 'down' && readiness.why !== undefined) return readiness.why
  if (readiness.total === 0) return `${service} has no endpoints`
  return `${service} has ${readiness.ready} of ${readiness.total} endpoints ready`
}

/** Who serves of these backends (indexes): `shop/east takes over`, `shop/east and shop/west share`. */
export function servingText(split: Split, active: readonly number[]): string {
  const services = [...new Set(active.flatMap((index) => split.backends[index]?.service ?? []))]
  if (services.length === 1) return `${services[0]} takes over`
  return `${services.slice(0, -1).join(', ')} and ${services.at(-1)} share`
}

/** A length of time as people write it: `1m30s`. */
export function durationText(ms: number): string {
  const units = [
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1000, 's'],
    [1, 'ms'],
  ] as const
  let left = ms
  const parts = units.flatMap(([size, unit]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count > 0 ? [`${count}${unit}`] : []
  })
  return parts.join('') || '0s'
}
