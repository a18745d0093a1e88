import type { ServiceKey } from '../../core/types.ts'
import { beside, type RemoteService } from '../../readiness/remote/discovered.ts'
import type { ServiceFacts } from '../../readiness/service-facts.ts'
import type { Route } from '../../routes/route.ts'
import { localCluster } from './view.ts'

/**
 * How far the endpoints that Linkerd gives a proxy may be compared with those that the operator counts.
 * `count`: they are as many. `emptiness`: Linkerd may give fewer, but not none. `lack`: it may give others as
 * well, but not none. `no`: each node has its own.
 */
export type Comparison = 'count' | 'emptiness' | 'lack' | 'no'

/** A Service and port that routes send to, as Linkerd's proxies ask for it. */
export interface Called {
  readonly service: ServiceKey
  readonly port: number
  /** The Services whose endpoints Linkerd gives, by the clusters that they are in. */
  readonly members: readonly RemoteService[]
  readonly facts: ServiceFacts
}

/**
 * All that these routes send to, each once, in order; without Services that are not there or have no
 * endpoints.
 */
export function calledBy(
  routes: readonly Route[],
  factsOf: (service: ServiceKey) => ServiceFacts | undefined,
): Called[] {
  const found = new Map<string, Called>()
  for (const { service, port, apex, foreign } of routes.flatMap(backendsOf)) {
    const facts = foreign ? undefined : factsOf(service)
    if (!facts || facts.isExternal) continue
    const ports =
      port === undefined ? portsThrough(apex === undefined ? undefined : factsOf(apex), facts) : [port]
    for (const one of ports)
      found.set(`${service}:${one}`, { service, port: one, members: membersOf(service, facts), facts })
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, called]) => called)
}

const backendsOf = ({ splits }: Route) => splits.flatMap(({ backends }) => backends)

/** The ports of an apex that its backend has as well. */
function portsThrough(apex: ServiceFacts | undefined, facts: ServiceFacts): number[] {
  const own = portsOf(facts)
  const called = apex ? portsOf(apex).filter((port) => own.includes(port)) : []
  return called.length > 0 ? called : own
}

const portsOf = ({ ports }: ServiceFacts): number[] => ports.flatMap(({ port }) => port ?? [])

function membersOf(service: ServiceKey, { discovery }: ServiceFacts): RemoteService[] {
  if (!discovery) return [{ cluster: localCluster, service }]
  const { local, members } = discovery
  return [
    ...(local === undefined ? [] : [{ cluster: localCluster, service: beside(service, local) }]),
    ...members.map(({ cluster, name }) => ({ cluster, service: beside(service, name) })),
  ]
}

/** Whether only the operator can count its endpoints: some of them are in other clusters. */
export const isElsewhere = ({ members }: Called): boolean =>
  members.some(({ cluster }) => cluster !== localCluster)

/**
 * `byNode`: the Pod counts for each node by itself, after it has left out what proxies there are not given.
 */
export function comparisonOf({ facts }: Called, byNode: boolean): Comparison {
  const { isNodeLocal, hasZoneHints, publishesNotReady, isHeadless, isMirrored } = facts
  if (byNode && isNodeLocal) return 'no'
  // Linkerd takes unready Pods of such a Service for ready, and the hosts of a headless mirror without
  // asking.
  if (publishesNotReady || (isHeadless && isMirrored)) return 'lack'
  return byNode && hasZoneHints ? 'emptiness' : 'count'
}
