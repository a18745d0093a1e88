import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { drainNames } from '../../policies/drain.ts'
import { listAs, type Reading } from '../listing.ts'
import { findDeployments } from '../operator-deployment.ts'

/** Which Drains the operator follows. */
export interface Root {
  /** The namespace whose Drains are for all routes; `undefined` if the operator follows no Drains at all. */
  readonly namespace: string | undefined
  /** Why that is a guess, in a sentence; absent if it is not. */
  readonly doubt?: string
}

/**
 * The namespace whose Drains are for all routes, for who goes on to watch them; `undefined` if there are none to
 * watch. The error says in a sentence why they cannot be watched.
 */
export async function findRootToWatch(reading: Reading): Promise<Result<string | undefined, string>> {
  const resource = await new DiscoverySnapshot(reading).find(drainNames)
  if (!resource.ok) return err(resource.error.message)
  if (!resource.value) return ok(undefined)
  const listed = await listAs(reading, { resource: resource.value }, () => true)
  return listed.ok ? ok((await findRoot(reading)).namespace) : err(listed.error.message)
}

/** Reads it from the flags of the operator's Deployment. */
export async function findRoot(reading: Reading): Promise<Root> {
  const found = await findDeployments(reading)
  const [deployment, ...others] = found.ok ? found.value : []
  if (deployment && others.length === 0) return { namespace: deployment.policies }
  const why = found.ok ? `there are ${found.value.length} Deployments of the operator` : found.error.message
  return { namespace: programName, doubt: `Drains in ${programName} are taken to be for all routes: ${why}` }
}
