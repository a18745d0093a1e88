import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { err, type Result } from '../../base/result.ts'
import { type ClusterConfig, type ClusterOptions, impersonation } from './cluster.ts'
import { defaultServiceAccountDir, isInCluster, loadInCluster } from './in-cluster.ts'

/**
 * Finds the cluster: the kubeconfig asked for, else KUBECONFIG, else the files of the Pod, else
 * `~/.kube/config`. The error is a sentence for the user. `serviceAccountDir` is for tests.
 */
export async function loadClusterConfig(
  options: ClusterOptions,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  serviceAccountDir = defaultServiceAccountDir,
): Promise<Result<ClusterConfig, string>> {
  if (options.kubeconfig) return fromKubeconfig([options.kubeconfig], options, env, clock)
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  if (listed.length > 0) return fromKubeconfig(listed, options, env, clock)
  const namesAContext = options.context ?? options.cluster ?? options.user
  if (namesAContext === undefined && isInCluster(env, serviceAccountDir)) {
    return loadInCluster(env, serviceAccountDir, impersonation(options), clock)
  }
  const usual = join(env.HOME ?? homedir(), '.kube', 'config')
  if (existsSync(usual)) return fromKubeconfig([usual], options, env, clock)
  return err(
    `no cluster to talk to: no --kubeconfig, KUBECONFIG is not set, this is not a Pod, and there is no ${usual}`,
  )
}

/** A Pod need not load what reads kubeconfigs. */
async function fromKubeconfig(
  files: readonly string[],
  options: ClusterOptions,
  env: NodeJS.ProcessEnv,
  clock: Clock,
) {
  const { loadKubeconfig } = await import('./kubeconfig.ts')
  return loadKubeconfig(files, options, env, clock)
}
