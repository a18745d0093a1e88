import { hashOf } from '../base/hash.ts'
import { type Readiness, readinessOf, type ServiceKey } from '../core/types.ts'
import type { Port } from './port.ts'
import type { ServiceFacts } from './service-facts.ts'

/** Endpoints that have the same ports: those of an EndpointSlice, or of a subset of an Endpoints object. */
export interface Endpoints {
  readonly ports: readonly Port[]
  readonly ready: number
  readonly total: number
  /**
   * What distinguishes one Pod from another, `markLength` characters for each endpoint; the ready ones come
   * first. `undefined`: none of these Pods is in another list with the same ports.
   */
  readonly marks: string | undefined
}

/** Which Service is called, and by which port; `undefined`: by any that it has. */
export interface Target {
  readonly service: ServiceKey
  readonly facts: ServiceFacts
  readonly port: number | undefined
}

export interface Counts {
  readonly ready: number
  readonly total: number
}

const markLength = 2

/**
 * A text of `markLength` characters that is most probably another one for another Pod. Two Pods of one
 * Service that have the same mark are counted as one, which turns nothing ready or down.
 */
function markOf(identity: string): string {
  const hash = hashOf(identity)
  return String.fromCharCode(hash >>> 16, hash & 0xffff)
}

/** The marks of endpoints, each known by its `podOf`. */
export const marksOf = (endpoints: readonly unknown[], podOf: (endpoint: unknown) => string): string =>
  endpoints.map((endpoint) => markOf(podOf(endpoint))).join('')

/** What a proxy that calls this target has of these endpoints; of several families it uses the larger one. */
export function reachOf(target: Target, families: readonly (readonly Endpoints[])[]): Readiness {
  const isReached = portTest(target)
  let [ready, total] = [0, 0]
  for (const family of families) {
    const counts = countPods(family.filter(({ ports }) => isReached(ports)))
    ready = Math.max(ready, counts.ready)
    total = Math.max(total, counts.total)
  }
  if (ready > 0) return readinessOf(ready, total)
  return { state: 'down', ready: 0, total, ...whyDown(target, total, families.flat()) }
}

/**
 * Whether endpoints with these ports take what is sent to the target: they have the port of the Service's
 * port name. A number that the Service does not have is taken for a port of the Pods.
 */
function portTest({ facts, port }: Target): (ports: readonly Port[]) => boolean {
  if (facts.isHeadless && facts.ports.length === 0) return () => true
  if (port === undefined) return (ports) => ports.length > 0
  const known = facts.ports.find((candidate) => candidate.port === port)
  return (ports) => ports.some((one) => (known ? one.name === known.name : one.port === port))
}

/** Counts each Pod once, although it is in several lists; it is ready if one of them says so. */
function countPods(lists: readonly Endpoints[]): Counts {
  const [first] = lists
  if (!first || lists.length === 1) return first ?? { ready: 0, total: 0 }
  const [ready, all] = [new Set<string>(), new Set<string>()]
  let [readyAlone, allAlone] = [0, 0]
  for (const { marks, ready: readyCount, total } of lists) {
    if (marks === undefined) {
      readyAlone += readyCount
      allAlone += total
      continue
    }
    for (let at = 0; at < marks.length; at += markLength) {
      const mark = marks.slice(at, at + markLength)
      all.add(mark)
      if (at < readyCount * markLength) ready.add(mark)
    }
  }
  return { ready: ready.size + readyAlone, total: all.size + allAlone }
}

/** Why a target is down, if it is not that no endpoint of its Service is ready. */
function whyDown(
  { service, facts, port }: Target,
  total: number,
  all: readonly Endpoints[],
): { why?: string } {
  const known = facts.ports.find((candidate) => candidate.port === port)
  if (port !== undefined && !known && total === 0 && !facts.isHeadless)
    return { why: `${service} has no port ${port}` }
  const name = port === undefined ? 'a port' : `port ${known?.name || port}`
  if (total === 0)
    return all.some((others) => others.total > 0) ? { why: `no endpoint of ${service} has ${name}` } : {}
  return all.some((others) => others.ready > 0)
    ? { why: `${service} has 0 of ${total} endpoints ready for ${name}` }
    : {}
}
