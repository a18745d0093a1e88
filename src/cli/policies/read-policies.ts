import type { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { localCluster } from '../../policies/drain.ts'
import { type FailoverPolicy, policyNames, readFailoverPolicy } from '../../policies/failover-policy.ts'
import { objectKey } from '../../policies/object.ts'
import { PolicyIndex } from '../../policies/policy-index.ts'
import { placeOf } from '../../readiness/service-facts.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import { applyPolicies } from '../../routes/policy/policy.ts'
import type { Route } from '../../routes/route.ts'
import type { KnownServices } from '../drains/read-drains.ts'
import { findRoot } from '../drains/root.ts'
import { listAs, type Reading } from '../listing.ts'

/** The FailoverPolicies of a cluster at one moment, as far as the operator follows them. */
export interface PoliciesRead {
  readonly index: PolicyIndex
  /** Those of the cluster, also if the operator follows none. */
  readonly policies: readonly FailoverPolicy[]
  /** Where policies of the Mesh are followed; `undefined` if the operator follows none at all, or there are none. */
  readonly rootNamespace: string | undefined
  /** A policy (`namespace/name`) as it is in the cluster. */
  readonly byKey: (key: string) => FailoverPolicy | undefined
  /** What could not be read, so that policies may be missing, in sentences. */
  readonly unseen: readonly string[]
}

/** No policies at all. */
export const noPolicies: PoliciesRead = {
  index: new PolicyIndex([], undefined),
  policies: [],
  rootNamespace: undefined,
  byKey: () => undefined,
  unseen: [],
}

/**
 * Reads all policies, or those that are for the routes of one namespace. Never fails: without the permission there are none,
 * and it says so.
 */
export async function readPolicies(
  reading: Reading,
  namespace: string | undefined,
  discovery: DiscoverySnapshot,
): Promise<PoliciesRead> {
  const resource = await discovery.find(policyNames)
  if (!resource.ok) return { ...noPolicies, unseen: [policiesLeftOut(resource.error.message)] }
  if (!resource.value) return noPolicies
  const first = await readIn(reading, resource.value, [namespace])
  // All of them, and there are none: who follows them does not matter.
  if (namespace === undefined && first.policies.length === 0) return { ...noPolicies, unseen: first.unseen }
  const root = await findRoot(reading)
  const isElsewhere = namespace !== undefined && root.namespace !== undefined && root.namespace !== namespace
  const others = isElsewhere ? await readIn(reading, resource.value, [root.namespace]) : undefined
  const policies = [...first.policies, ...(others?.policies ?? [])]
  const doubts = root.doubt === undefined || policies.length === 0 ? [] : [root.doubt]
  const known = new Map(policies.map((policy) => [objectKey(policy), policy]))
  return {
    byKey: (key) => known.get(key),
    index: new PolicyIndex(root.namespace === undefined ? [] : policies, root.namespace),
    policies,
    rootNamespace: root.namespace,
    unseen: [...new Set([...first.unseen, ...(others?.unseen ?? []), ...doubts])],
  }
}

async function readIn(reading: Reading, resource: Resource, namespaces: readonly (string | undefined)[]) {
  const policies: FailoverPolicy[] = []
  const unseen: string[] = []
  for (const namespace of namespaces) {
    const listed = await listAs(reading, { resource, namespace }, readFailoverPolicy)
    if (listed.ok) policies.push(...listed.value)
    else unseen.push(policiesLeftOut(listed.error.message))
  }
  return { policies, unseen }
}

const policiesLeftOut = (why: string): string => `FailoverPolicies could not be read and are left out: ${why}`

/** A route with what policies ask for, given what is known of Services. */
export const withPolicies = (
  route: Route,
  { index }: Pick<PoliciesRead, 'index'>,
  { facts }: KnownServices,
): Route =>
  applyPolicies(route, askedOf(index, route), (service) => placeOf(facts.get(service), localCluster))

function askedOf(index: PolicyIndex, route: Route) {
  const place = placeOfRoute(route)
  return { policies: index.of(place), wouldBe: index.wouldBe(place) }
}
