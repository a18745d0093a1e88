import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { readProxy, readServer } from './address.ts'
import { type ClusterConfig, type ClusterOptions, impersonation } from './cluster.ts'
import { proxyFromEnvironment } from './environment-proxy.ts'
import { type Merged, readKubeconfigs } from './kubeconfig-files.ts'
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-schema.ts'
import { createUserCredentials } from './user-credentials.ts'

/**
 * The cluster that kubeconfig files and flags name. Of several files (KUBECONFIG), missing ones are left out,
 * and the first that names a thing wins, as with kubectl. Errors are sentences for the user.
 */
export async function loadKubeconfig(
  files: readonly string[],
  options: ClusterOptions,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<Result<ClusterConfig, string>> {
  const source = files.join(', ')
  const merged = await readKubeconfigs(files)
  if (!merged.ok) return merged
  const chosen = choose(merged.value, options, source)
  if (!chosen.ok) return chosen
  const config = await clusterConfig(chosen.value, options, source, env, clock)
  return config.ok ? config : err(`kubeconfig ${source}: ${config.error}`)
}

type Chosen = {
  readonly clusterName: string
  readonly cluster: KubeconfigCluster
  readonly userName: string
  readonly user: KubeconfigUser
  readonly namespace: string | undefined
}

/** Flags win over the context, and the context asked for over the current one. */
function choose(merged: Merged, options: ClusterOptions, source: string): Result<Chosen, string> {
  const { contexts, clusters, users, currentContext } = merged
  const name = options.context ?? currentContext
  const context = name ? contexts.get(name) : undefined
  if (options.context !== undefined && !context) {
    return err(missing('context', options.context, contexts, source))
  }
  const clusterName = options.cluster ?? (context?.cluster || undefined)
  if (clusterName === undefined) return err(noContext(merged, source))
  const cluster = clusters.get(clusterName)
  if (!cluster) return err(missing('cluster', clusterName, clusters, source))
  const userName = options.user ?? (context?.user || undefined)
  const user = userName === undefined ? {} : users.get(userName)
  if (!user) return err(missing('user', userName ?? '', users, source))
  return ok({
    clusterName,
    cluster,
    userName: userName ?? '',
    user,
    namespace: context?.namespace || undefined,
  })
}

async function clusterConfig(
  { clusterName, cluster, userName, user, namespace }: Chosen,
  options: ClusterOptions,
  source: string,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<Result<ClusterConfig, string>> {
  const where = `cluster ${JSON.stringify(clusterName)}`
  if (!cluster.server) return err(`${where} has no server`)
  const server = readServer(cluster.server, hasTls(cluster, user))
  if (!server.ok) return err(`the server of ${where} ${server.error}`)
  const skipTlsVerify = cluster['insecure-skip-tls-verify'] === true
  if (skipTlsVerify && (cluster['certificate-authority'] || cluster['certificate-authority-data'])) {
    return err(`${where} has a certificate authority and insecure-skip-tls-verify; remove one of them`)
  }
  const named = readProxy(cluster['proxy-url'])
  if (!named.ok) return err(`the proxy-url of ${where} ${named.error}`)
  const proxy = named.value === undefined ? proxyFromEnvironment(server.value, env) : named
  if (!proxy.ok) return proxy
  const headers = impersonation({
    as: options.as ?? (user.as || undefined),
    asGroups: options.asGroups ?? user['as-groups'] ?? undefined,
  })
  if (
    !Object.values(headers)
      .flat()
      .every((value) => /^[\x20-\x7e]*$/.test(value))
  )
    return err('a name to impersonate has characters that a header cannot carry')
  const found = await createUserCredentials({ cluster, server: server.value, user, headers, env, clock })
  if (!found.ok) return err(`no credentials for user ${JSON.stringify(userName)}: ${found.error}`)
  return ok({
    server: server.value,
    skipTlsVerify,
    tlsServerName: cluster['tls-server-name'] || undefined,
    proxyUrl: proxy.value,
    ...found.value,
    namespace,
    source,
  })
}

/** Anything that only TLS needs. */
const hasTls = (cluster: KubeconfigCluster, user: KubeconfigUser): boolean =>
  Boolean(
    cluster['certificate-authority'] ||
      cluster['certificate-authority-data'] ||
      cluster['insecure-skip-tls-verify'] ||
      user['client-certificate'] ||
      user['client-certificate-data'],
  )

function missing(what: string, name: string, all: ReadonlyMap<string, unknown>, source: string): string {
  const known = all.size === 0 ? `it has no ${what}s` : `it has: ${[...all.keys()].join(', ')}`
  return `kubeconfig ${source} has no ${what} ${JSON.stringify(name)}; ${known}`
}

function noContext({ currentContext, contexts }: Merged, source: string): string {
  if (currentContext) return missing('context', currentContext, contexts, source)
  const known = [...contexts.keys()].join(', ') || 'none'
  return `kubeconfig ${source} has no current context; choose one with --context (it has: ${known})`
}
