import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { err, type Result } from '../../base/result.ts'
import { defaultServiceAccountDir, isInCluster, loadInCluster } from './in-cluster.ts'

/** What a user may say about which cluster, and as whom; the names are those of kubectl's flags. */
export type ClusterOptions = {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly cluster?: string | undefined
  readonly user?: string | undefined
  readonly as?: string | undefined
  readonly asGroups?: readonly string[] | undefined
}

/** A list stands for a header that is sent several times (one group to impersonate each). */
export type Headers = Record<string, string | string[]>

/** How to reach one API server. Certificates may be getters: they rotate, and are fresh after `headers`. */
export type ClusterConfig = {
  /** URL, possibly with a path, without a slash at its end. */
  readonly server: string
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly skipTlsVerify?: boolean | undefined
  readonly tlsServerName?: string | undefined
  readonly proxyUrl?: string | undefined
  /**
   * Authorization and impersonation, fresh for each request: at once where they are at hand. Rejects where there
   * are none.
   */
  headers(): Headers | Promise<Headers>
  /** The namespace that the context or the Pod names, for commands that are told none. */
  readonly namespace?: string | undefined
  /** Where this comes from, for messages. */
  readonly source: string
}

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
  if (options.kubeconfig) return fromKubeconfig([options.kubeconfig], options, clock)
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  if (listed.length > 0) return fromKubeconfig(listed, options, clock)
  const namesAContext = options.context ?? options.cluster ?? options.user
  if (namesAContext === undefined && isInCluster(env, serviceAccountDir)) {
    return loadInCluster(env, serviceAccountDir, impersonation(options), clock)
  }
  const usual = join(env.HOME ?? homedir(), '.kube', 'config')
  if (existsSync(usual)) return fromKubeconfig([usual], options, clock)
  return err(
    `no cluster to talk to: no --kubeconfig, KUBECONFIG is not set, this is not a Pod, and there is no ${usual}`,
  )
}

/** The headers that ask the server to act as another user. */
export function impersonation(options: ClusterOptions): Headers {
  const groups = options.asGroups ?? []
  return {
    ...(options.as === undefined ? {} : { 'impersonate-user': options.as }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
  }
}

/** Its module brings in the kubeconfig library, which a Pod need not load. */
async function fromKubeconfig(files: readonly string[], options: ClusterOptions, clock: Clock) {
  const { loadKubeconfig } = await import('./kubeconfig.ts')
  return loadKubeconfig(files, options, clock)
}
