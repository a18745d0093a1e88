import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
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

/**
 * The namespace whose Drains and policies are for all routes, for who goes on to watch them; `undefined` if there are none to
 * watch. The error says in a sentence why they cannot be watched.
 */
export async function findRootToWatch(reading: Reading): Promise<Result<string | undefined, string>> {
  const discovery = new DiscoverySnapshot(reading)
  let isServed = false
  for (const names of [drainNames, policyNames]) {
    const resource = await discovery.find(names)
    if (!resource.ok) return err(resource.error.message)
    if (!resource.value) continue
    isServed = true
    const listed = await listAs(reading, { resource: resource.value }, () => true)
    if (!listed.ok) return err(listed.error.message)
  }
  return ok(isServed ? (await findRoot(reading)).namespace : undefined)
}

/** Reads it from the flags of the operator's Deployment. */
export async function findRoot(reading: Reading): Promise<Root> {
  const found = await findDeployments(reading)
  const [deployment, ...others] = found.ok ? found.value : []
  if (deployment && others.length === 0) return { namespace: deployment.policies }
  const why = found.ok ? `there are ${found.value.length} Deployments of the operator` : found.error.message
  return {
    namespace: programName,
    doubt: `Drains and policies in ${programName} are taken to be for all routes: ${why}`,
  }
}
