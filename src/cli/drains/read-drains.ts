import type { ServiceKey } from '../../core/types.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { type Drain, drainNames, localCluster, readDrain } from '../../policies/drain.ts'
import { DrainIndex, isInEffect } from '../../policies/drain-index.ts'
import { placeOf, type ServiceFacts } from '../../readiness/service-facts.ts'
import type { RouteCircumstances } from '../../routes/judge.ts'
import type { Route } from '../../routes/route.ts'
import { listAs, type Reading } from '../listing.ts'
import { drainsLeftOut, findRoot } from './root.ts'

/** The Drains of a cluster at one moment. */
export interface DrainsRead {
  readonly drains: readonly Drain[]
  /** The namespace whose Drains are for all routes; `undefined` if the operator follows no Drains at all. */
  readonly rootNamespace: string | undefined
  /** What could not be read, so that Drains may be missing, in sentences. */
  readonly unseen: readonly string[]
}

const none: DrainsRead = { drains: [], rootNamespace: undefined, unseen: [] }

/**
 * Reads all Drains, or those that are for the routes of one namespace. Never fails: without the permission
 * there are none, and it says so.
 */
export async function readDrains(
  reading: Reading,
  namespace: string | undefined,
  discovery = new DiscoverySnapshot(reading),
): Promise<DrainsRead> {
  const resource = await discovery.find(drainNames)
  if (!resource.ok) return { ...none, unseen: [drainsLeftOut(resource.error.message)] }
  if (!resource.value) return none
  if (namespace === undefined) {
    const { drains, unseen } = await readIn(reading, resource.value, [undefined])
    return drains.length === 0 ? { ...none, unseen } : withRoot(reading, drains, unseen)
  }
  const root = await findRoot(reading)
  const places = [...new Set([namespace, ...(root.namespace === undefined ? [] : [root.namespace])])]
  const { drains, unseen } = await readIn(reading, resource.value, places)
  const doubts = root.doubt === undefined || drains.length === 0 ? [] : [root.doubt]
  return { drains, rootNamespace: root.namespace, unseen: [...unseen, ...doubts] }
}

async function withRoot(
  reading: Reading,
  drains: readonly Drain[],
  unseen: readonly string[],
): Promise<DrainsRead> {
  const { namespace, doubt } = await findRoot(reading)
  return { drains, rootNamespace: namespace, unseen: doubt === undefined ? unseen : [...unseen, doubt] }
}

async function readIn(reading: Reading, resource: Resource, namespaces: readonly (string | undefined)[]) {
  const drains: Drain[] = []
  const unseen: string[] = []
  for (const namespace of namespaces) {
    const listed = await listAs(reading, { resource, namespace }, readDrain)
    if (listed.ok) drains.push(...listed.value)
    else unseen.push(drainsLeftOut(listed.error.message))
  }
  return { drains, unseen }
}

/** What is known of Services. */
export interface KnownServices {
  readonly facts: { get(service: ServiceKey): ServiceFacts | undefined }
}

/** The index of the Drains that the operator follows, and that are in effect at this time (epoch ms). */
export const indexOf = (
  { drains, rootNamespace }: Pick<DrainsRead, 'drains' | 'rootNamespace'>,
  { facts }: KnownServices,
  today: number,
): DrainIndex =>
  new DrainIndex(rootNamespace === undefined ? [] : drains.filter((drain) => isInEffect(drain, today)), {
    rootNamespace,
    placeOf: (service) => placeOf(facts.get(service), localCluster),
  })

/** What a route is judged by besides readiness, at this time of day (epoch ms). */
export function circumstancesBy(
  drains: Pick<DrainsRead, 'drains' | 'rootNamespace'>,
  services: KnownServices,
  today: number,
): (route: Pick<Route, 'namespace'>) => RouteCircumstances {
  const index = indexOf(drains, services, today)
  return ({ namespace }) => ({ today, drained: index.of(namespace) })
}
