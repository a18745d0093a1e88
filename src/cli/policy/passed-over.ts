import type { DiscoverySnapshot } from '../../kube/discovery.ts'
import { aimsOf, policyNames, readFailoverPolicy } from '../../policies/failover-policy.ts'
import { objectKey } from '../../policies/object.ts'
import {
  isDryRun,
  isTargetOf,
  type PolicyPlace,
  problemOf,
  targetsFound,
} from '../../policies/policy-index.ts'
import { acceptedOf } from '../../policies/policy-status.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import type { Route } from '../../routes/route.ts'
import { listAs, type Reading } from '../listing.ts'
import type { PoliciesRead } from '../policies/read-policies.ts'

/** A FailoverPolicy that names a target of a route, and asks for nothing of this route; `-o json` shows it so. */
export interface PassedOver {
  /** `namespace/name`. */
  readonly policy: string
  /** In one word, if it has one that of its condition `Accepted`. */
  readonly reason: string
  readonly message: string
}

/**
 * Those of a route, in the order of their names. Looks into all namespaces, since a policy may be in the wrong one; if the
 * user may not, into those whose policies could apply.
 */
export async function passedOver(
  reading: Reading,
  route: Route,
  read: PoliciesRead,
  discovery: DiscoverySnapshot,
): Promise<PassedOver[]> {
  const place = placeOfRoute(route)
  const aimed = await readAimed(reading, place, read, discovery)
  const found = aimed.flatMap((one) => {
    const why = whyNot(one, place, read)
    return why ? [{ policy: objectKey(one.policy), reason: why.reason, message: why.message }] : []
  })
  return found.sort((a, b) => (a.policy < b.policy ? -1 : 1))
}

/** A policy, with those of its targets that are of the route. */
interface Aimed {
  readonly policy: ReturnType<typeof readFailoverPolicy>
  readonly aims: ReturnType<typeof aimsOf>
}

async function readAimed(
  reading: Reading,
  place: PolicyPlace,
  { rootNamespace }: PoliciesRead,
  discovery: DiscoverySnapshot,
): Promise<Aimed[]> {
  const resource = await discovery.find(policyNames)
  if (!resource.ok || !resource.value) return []
  const readAim = (object: unknown): Aimed | undefined => {
    const aims = aimsOf(object).filter((target) => isTargetOf(place, target))
    return aims.length === 0 ? undefined : { policy: readFailoverPolicy(object), aims }
  }
  const listing = { resource: resource.value }
  const all = await listAs(reading, listing, readAim)
  if (all.ok) return all.value
  const found: Aimed[] = []
  for (const namespace of new Set([place.namespace, rootNamespace])) {
    const some = namespace === undefined ? all : await listAs(reading, { ...listing, namespace }, readAim)
    if (some.ok) found.push(...some.value)
  }
  return found
}

/** Why a policy asks for nothing of the route; `undefined` if it does, or would if it were no DryRun. */
function whyNot({ policy, aims }: Aimed, place: PolicyPlace, { index, rootNamespace }: PoliciesRead) {
  const problem = problemOf(policy, rootNamespace)
  if (problem !== undefined) return acceptedOf({ problem, targets: [] })
  if (rootNamespace === undefined)
    return { reason: 'NotFollowed', message: 'the operator follows no policies' }
  const targets = targetsFound(index, policy, () => true).filter(({ target }) => isTargetOf(place, target))
  const accepted = acceptedOf({ problem, targets })
  if (accepted.status === 'False') return accepted
  const applied = ((isDryRun(policy) ? index.shadow : index) ?? index).appliedTo(place)
  if (applied.some((one) => objectKey(one.policy) === objectKey(policy))) return undefined
  const older = applied.find(({ level }) => level === aims[0]?.level)
  return older && { reason: 'Conflicted', message: olderText(objectKey(older.policy)) }
}

const olderText = (other: string): string =>
  `the route has several Services, and follows ${other}, which is older, or first by name`
