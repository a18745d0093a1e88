import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { drainNames } from '../../policies/drain.ts'
import { policyNames } from '../../policies/failover-policy.ts'
import { listAs, type Reading } from '../listing.ts'
import { findDeployments } from '../operator-deployment.ts'

/** Which Drains and policies the operator follows. */
export interface Root {
  /** The namespace that is the one for all routes; `undefined` if the operator follows none at all. */
  readonly namespace: string | undefined
  /** Why that is a guess, in a sentence; absent if it is not. */
  readonly doubt?: string
}

/** Which Drains and policies to watch; none at all if they are not followed or cannot be read. */
export interface OwnToWatch {
  /** The namespace whose Drains and policies are for all routes; without it there are none to watch. */
  readonly policies?: string
  /** The namespaces to watch; all without it. */
  readonly ownNamespaces?: readonly string[]
  /** What cannot be watched, in sentences. */
  readonly unseen: readonly string[]
}

/**
 * The Drains and policies that are for the routes of one namespace, or of all, as far as the user may list
 * them.
 */
export async function findOwnToWatch(reading: Reading, namespace: string | undefined): Promise<OwnToWatch> {
  const served = await servedKinds(reading)
  if (!served.ok) return { unseen: [drainsLeftOut(served.error)] }
  if (served.value.length === 0) return { unseen: [] }
  const { namespace: policies } = await findRoot(reading)
  if (policies === undefined) return { unseen: [] }
  const ownNamespaces: string[] = []
  const unseen: string[] = []
  for (const place of namespace === undefined ? [undefined] : new Set([namespace, policies])) {
    const refusal = await refusalOf(reading, served.value, place)
    if (refusal !== undefined) unseen.push(drainsLeftOut(refusal))
    else if (place !== undefined) ownNamespaces.push(place)
  }
  if (namespace === undefined) return unseen.length === 0 ? { policies, unseen } : { unseen }
  return ownNamespaces.length > 0 ? { policies, ownNamespaces, unseen } : { unseen }
}

async function servedKinds(reading: Reading): Promise<Result<Resource[], string>> {
  const discovery = new DiscoverySnapshot(reading)
  const served: Resource[] = []
  for (const names of [drainNames, policyNames]) {
    const resource = await discovery.find(names)
    if (!resource.ok) return err(resource.error.message)
    if (resource.value) served.push(resource.value)
  }
  return ok(served)
}

/** Why one of the kinds cannot be listed in a namespace, or in all; `undefined` if all can. */
async function refusalOf(
  reading: Reading,
  served: readonly Resource[],
  namespace: string | undefined,
): Promise<string | undefined> {
  for (const resource of served) {
    const listed = await listAs(reading, { resource, namespace }, () => true)
    if (!listed.ok) return listed.error.message
  }
  return undefined
}

/** What is reported if Drains cannot be read. */
export const drainsLeftOut = (why: string): string => `Drains could not be read and are left out: ${why}`

/** Reads it from the flags of the operator's Deployment. */
export async function findRoot(reading: Reading): Promise<Root> {
  const found = await findDeployments(reading)
  const [deployment, ...others] = found.ok ? found.value : []
  if (deployment && others.length === 0) return { namespace: deployment.policies }
  const several = deployment ? `are ${others.length + 1} Deployments` : 'is no Deployment'
  const why = found.ok ? `there ${several} of the operator` : found.error.message
  return {
    namespace: programName,
    doubt: `Drains and policies in ${programName} are taken to be for all routes: ${why}`,
  }
}
