import { err, ok, type Result } from '../base/result.ts'
import { podNamespace } from '../kube/cluster/in-cluster.ts'
import type { Election } from './leadership.ts'
import type { Settings } from './settings.ts'

/**
 * The election that the flags ask for, `undefined` for none. Its Lease is in the namespace of the Pod, if
 * this is one, unless they name another. The identity is the host's name, for people, and a random part,
 * since the name may outlive the process. The error is a sentence for the user.
 */
export function electionOf(
  { leaderElection, selector }: Pick<Settings, 'leaderElection' | 'selector'>,
  hostname: string,
  random: () => number,
  pod: () => string | undefined = podNamespace,
): Result<Election | undefined, string> {
  if (!leaderElection) return ok(undefined)
  const namespace = leaderElection.namespace ?? pod()
  if (namespace === undefined) {
    return err(
      '--leader-elect needs a namespace for its Lease, and the operator does not run in a Pod; set --leader-elect-resource-namespace',
    )
  }
  const suffix = Math.floor(random() * 2 ** 48).toString(36)
  return ok({ ...leaderElection, namespace, selector, identity: `${hostname}_${suffix}` })
}
