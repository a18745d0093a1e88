import type { RequestOptions } from 'node:https'
import { type Cluster, KubeConfig } from '@kubernetes/client-node'
import * as z from 'zod'
import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { rotatingFile } from '../../base/rotating-file.ts'
import {
  type ClusterConfig,
  type ClusterOptions,
  type Credentials,
  type Headers,
  impersonation,
  type Known,
} from './cluster.ts'
import { type FoundUser, type Merged, readKubeconfigs } from './kubeconfig-files.ts'

/**
 * The cluster that kubeconfig files and flags name. Of several files (KUBECONFIG), missing ones are left out,
 * and the first that names a thing wins, as with kubectl. Errors are sentences for the user.
 */
export async function loadKubeconfig(
  files: readonly string[],
  options: ClusterOptions,
  clock: Clock,
): Promise<Result<ClusterConfig, string>> {
  const source = files.join(', ')
  const merged = await readKubeconfigs(files)
  if (!merged.ok) return merged
  const chosen = choose(merged.value, options, source)
  if (!chosen.ok) return chosen
  return clusterConfig(chosen.value, options, source, clock)
}

type Chosen = {
  readonly cluster: Cluster
  readonly user: FoundUser
  readonly namespace: string | undefined
}

/** Flags win over the context, and the context asked for over the current one. */
function choose({ config, users }: Merged, options: ClusterOptions, source: string): Result<Chosen, string> {
  const name = options.context ?? config.currentContext
  const context = name ? config.getContextObject(name) : null
  if (options.context !== undefined && !context) {
    return err(missing('context', options.context, config.contexts, source))
  }
  const clusterName = options.cluster ?? context?.cluster
  if (clusterName === undefined) return err(noContext(config, source))
  const cluster = config.getCluster(clusterName)
  if (!cluster) return err(missing('cluster', clusterName, config.clusters, source))
  const userName = options.user ?? context?.user
  const user = userName === undefined ? { user: { name: '' } } : users.get(userName)
  if (!user) {
    const all = [...users.keys()].map((key) => ({ name: key }))
    return err(missing('user', userName ?? '', all, source))
  }
  return ok({ cluster, user, namespace: context?.namespace })
}

async function clusterConfig(
  { cluster, user: found, namespace }: Chosen,
  options: ClusterOptions,
  source: string,
  clock: Clock,
): Promise<Result<ClusterConfig, string>> {
  const as = options.as ?? found.user.impersonateUser ?? undefined
  const groups = options.asGroups ?? found.groups
  const credentials = createCredentials(cluster, found, impersonation({ as, asGroups: groups }), clock)
  try {
    await credentials()
    return ok({
      server: cluster.server,
      skipTlsVerify: cluster.skipTLSVerify,
      tlsServerName: cluster.tlsServerName,
      proxyUrl: cluster.proxyUrl,
      credentials,
      namespace,
      source,
    })
  } catch (problem) {
    const why = problem instanceof Error ? problem.message.trim() : String(problem)
    return err(`kubeconfig ${source}: no credentials for user ${JSON.stringify(found.user.name)}: ${why}`)
  }
}

/**
 * Asks the library each time if the user's credentials can change (exec plugins, providers, files), else
 * once. The file of a CA is followed separately, since the credentials of most users who have one stay the
 * same.
 */
function createCredentials(
  { caFile, ...cluster }: Cluster,
  { user, tokenFile }: FoundUser,
  extraHeaders: Headers,
  clock: Clock,
): () => Known<Credentials> {
  const config = new KubeConfig()
  // The library refuses plain HTTP unless verification is off; there is none to do then.
  const skipTLSVerify = cluster.skipTLSVerify || cluster.server.startsWith('http:')
  config.loadFromClusterAndUser({ ...cluster, skipTLSVerify }, user)
  const token = tokenFile === undefined || user.token ? undefined : rotatingFile(tokenFile, clock)
  const ca = caFile === undefined ? undefined : rotatingFile(caFile, clock)
  const ask = async (): Promise<Credentials> => {
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const bearer = token === undefined ? {} : { authorization: `Bearer ${await token()}` }
    return {
      ca: pem(options.ca),
      cert: pem(options.cert),
      key: pem(options.key),
      headers: { ...authorizationOf(options), ...bearer, ...extraHeaders },
    }
  }
  const changes = Boolean(user.exec || user.authProvider || user.certFile || token)
  let known: Credentials | undefined
  const learn = async () => {
    known = await ask()
    return known
  }
  const asked = () => (changes ? ask() : (known ?? learn()))
  if (ca === undefined) return asked
  return () => {
    const credentials = asked()
    const text = ca()
    if (!(credentials instanceof Promise) && typeof text === 'string') return { ...credentials, ca: text }
    return Promise.all([credentials, text]).then(([others, read]) => ({ ...others, ca: read }))
  }
}

const pem = (value: unknown): string | Buffer | undefined =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value : undefined

function authorizationOf(options: RequestOptions): Record<string, string> {
  if (options.auth) return { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` }
  const headers = z.object({ Authorization: z.string() }).safeParse(options.headers)
  return headers.success ? { authorization: headers.data.Authorization } : {}
}

type Named = { readonly name: string }

function missing(what: string, name: string, all: readonly Named[], source: string): string {
  const known = all.length === 0 ? `it has no ${what}s` : `it has: ${all.map((it) => it.name).join(', ')}`
  return `kubeconfig ${source} has no ${what} ${JSON.stringify(name)}; ${known}`
}

function noContext(config: KubeConfig, source: string): string {
  const wanted = config.currentContext
  if (wanted) return missing('context', wanted, config.contexts, source)
  const known = config.contexts.map(({ name }) => name).join(', ') || 'none'
  return `kubeconfig ${source} has no current context; choose one with --context (it has: ${known})`
}
