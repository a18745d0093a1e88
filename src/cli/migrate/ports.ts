import type { ServiceKey } from '../../core/types.ts'
import type { MigrationInput } from './input.ts'

/** On which ports of the apex requests can be routed, and what is in the way of the others. */
export interface PortsFound {
  readonly ports: readonly number[]
  readonly problems: readonly string[]
}

/**
 * The ports of the apex that every backend has as well: under a TrafficSplit a request goes to the port of
 * the backend that it was sent to. A port is never guessed, so what is not known is a problem.
 */
export function findPorts(
  apex: ServiceKey,
  backends: readonly ServiceKey[],
  known: MigrationInput['ports'],
): PortsFound {
  const problems = [...new Set([apex, ...backends])].flatMap((service) => {
    const ports = known.get(service)
    if (ports === undefined) return [`the Service ${service} was not found, so its ports are unknown`]
    return ports.length === 0 ? [`the Service ${service} has no TCP port`] : []
  })
  if (problems.length > 0) return { ports: [], problems }
  const wanted = known.get(apex) ?? []
  const lacks = (port: number) =>
    [...new Set(backends)].filter((service) => !known.get(service)?.includes(port))
  return {
    ports: wanted.filter((port) => lacks(port).length === 0),
    problems: wanted.flatMap((port) =>
      lacks(port).map(
        (service) =>
          `no route for port ${port} of ${apex}: the Service ${service} has no such port (it has ${known.get(service)?.join(', ')})`,
      ),
    ),
  }
}
