import type { Clock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { ClusterOptions } from '../kube/cluster/cluster.ts'
import type { Cluster } from './io.ts'

/** Finds the cluster that flags, environment and kubeconfig name; the error is a sentence for the user. */
export async function connectTo(
  options: ClusterOptions,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<Result<Cluster, string>> {
  const { loadClusterConfig } = await import('../kube/cluster/find-cluster.ts')
  const config = await loadClusterConfig(options, env, clock)
  if (!config.ok) return err(config.error)
  const { createTransport } = await import('../kube/http/transport.ts')
  const { server, namespace = 'default' } = config.value
  const forward: Cluster['forward'] = async (to, signal) =>
    (await import('../kube/http/port-forward.ts')).forwardPort(config.value, to, signal)
  return ok({ transport: createTransport(config.value, clock), forward, server, namespace })
}
