import { programName } from '../../base/names.ts'
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

/** Which Drains to watch; none at all where they are not followed or cannot be read. */
export interface DrainsToWatch {
  /** The namespace whose Drains are for all routes; without it there are no Drains to watch. */
  readonly policies?: string
  /** The namespaces to watch; all without it. */
  readonly drainNamespaces?: readonly string[]
  /** What cannot be watched, in sentences. */
  readonly unseen: readonly string[]
}

/** The Drains that are for the routes of one namespace, or of all, as far as the user may list them. */
export async function findDrainsToWatch(
  reading: Reading,
  namespace: string | undefined,
): Promise<DrainsToWatch> {
  const resource = await new DiscoverySnapshot(reading).find(drainNames)
  if (!resource.ok) return { unseen: [drainsLeftOut(resource.error.message)] }
  if (!resource.value) return { unseen: [] }
  const { namespace: policies } = await findRoot(reading)
  if (policies === undefined) return { unseen: [] }
  const drainNamespaces: string[] = []
  const unseen: string[] = []
  for (const place of namespace === undefined ? [undefined] : new Set([namespace, policies])) {
    const listed = await listAs(reading, { resource: resource.value, namespace: place }, () => true)
    if (!listed.ok) unseen.push(drainsLeftOut(listed.error.message))
    else if (place !== undefined) drainNamespaces.push(place)
  }
  if (namespace === undefined) return unseen.length === 0 ? { policies, unseen } : { unseen }
  return drainNamespaces.length > 0 ? { policies, drainNamespaces, unseen } : { unseen }
}

/** What is reported if Drains cannot be read. */
export const drainsLeftOut = (why: string): string => `Drains could not be read and are left out: ${why}`

/** Reads it from the flags of the operator's Deployment. */
export async function findRoot(reading: Reading): Promise<Root> {
  const found = await findDeployments(reading)
  const [deployment, ...others] = found.ok ? found.value : []
  if (deployment && others.length === 0) return { namespace: deployment.policies }
  const why = found.ok ? `there are ${found.value.length} Deployments of the operator` : found.error.message
  return { namespace: programName, doubt: `Drains in ${programName} are taken to be for all routes: ${why}` }
}
