import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { rotatingFile } from '../../base/rotating-file.ts'
import type { ClusterConfig, Credentials, Headers, Known } from './cluster.ts'
import { createExecPlugin } from './exec-plugin.ts'
import {
  authProvider,
  bearer,
  type Identity,
  type IdentitySource,
  nobody,
  type Pem,
  password,
  tokenFile,
} from './identity.ts'
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-schema.ts'

/** A user and a cluster of a kubeconfig, and what the credentials are made with. */
export interface Given {
  readonly cluster: KubeconfigCluster
  /** The URL of the API server. */
  readonly server: string
  readonly user: KubeconfigUser
  /** Sent with each request, beside the authorization. */
  readonly headers: Headers
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
}

/** What credentials are made of. */
type Parts = readonly [ca: Pem, cert: Pem, key: Pem, identity: Identity]

/**
 * The credentials of a kubeconfig's user. Files are read again when they are replaced. They are asked for
 * once, so that an error, a sentence, comes before the first request.
 */
export async function createUserCredentials(
  given: Given,
): Promise<Result<Pick<ClusterConfig, 'credentials' | 'refuse'>, string>> {
  const { user, cluster, clock, headers } = given
  try {
    const ca = dataOrFile(cluster['certificate-authority-data'], cluster['certificate-authority'], clock)
    const cert = dataOrFile(user['client-certificate-data'], user['client-certificate'], clock)
    const key = dataOrFile(user['client-key-data'], user['client-key'], clock)
    const source = identitySource(given, async () => clusterInfo(given, await ca()))
    let known: { readonly parts: Parts; readonly credentials: Credentials } | undefined
    const combine = (parts: Parts): Credentials => {
      if (!known?.parts.every((part, at) => part === parts[at]))
        known = { parts, credentials: credentialsOf(parts, headers) }
      return known.credentials
    }
    const credentials = () => whenKnown([ca(), cert(), key(), source.current()], combine)
    const first = await credentials()
    if ((first.cert === undefined) !== (first.key === undefined))
      return err('it has a client certificate without a key, or a key without a certificate')
    const refuse = (refused: Credentials): boolean => {
      if (!source.refuse || known === undefined) return false
      return refused === known.credentials ? source.refuse(known.parts[3]) : true
    }
    return ok({ credentials, refuse })
  } catch (problem) {
    return err(problem instanceof Error ? problem.message.trim() : String(problem))
  }
}

/**
 * Which of the ways to say who one is counts, if there are several. Source: client-go, `clientcmd` and
 * `transport`.
 */
function identitySource(given: Given, info: () => Promise<object>): IdentitySource {
  const { user, clock } = given
  const token = user.token || undefined
  if (user.username && (token || user.tokenFile))
    throw new Error('it has both a token and a username; remove one')
  if (user.exec && user['auth-provider']) {
    throw new Error('it has both an exec plugin and an auth-provider; remove one')
  }
  if (user.tokenFile) return tokenFile(user.tokenFile, token, clock)
  if (token) {
    const identity = bearer(token)
    return { current: () => identity }
  }
  if (user.username) return password(user.username, user.password ?? '')
  if (user.exec) return createExecPlugin(user.exec, info, given.env, clock)
  return user['auth-provider'] ? authProvider(user) : nobody
}

/**
 * What a plugin is given about the cluster, if it asks. Source: Cluster of client-go's
 * `clientauthentication/v1`.
 */
function clusterInfo({ cluster, server }: Given, ca: Pem): object {
  const config = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')
  return {
    server,
    'tls-server-name': cluster['tls-server-name'] || undefined,
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] || undefined,
    'certificate-authority-data': ca && Buffer.from(ca).toString('base64'),
    'proxy-url': cluster['proxy-url'] || undefined,
    config: config?.extension,
  }
}

/** In a kubeconfig the data, in base64, win over the file. */
function dataOrFile(
  data: string | null | undefined,
  file: string | null | undefined,
  clock: Clock,
): () => Known<Pem> {
  if (data) {
    const pem = Buffer.from(data, 'base64')
    return () => pem
  }
  return file ? rotatingFile(file, clock) : () => undefined
}

/** At once if all of it is at hand, so that no request waits a turn for it. */
function whenKnown(
  [ca, cert, key, identity]: readonly [Known<Pem>, Known<Pem>, Known<Pem>, Known<Identity>],
  combine: (parts: Parts) => Credentials,
): Known<Credentials> {
  if (isPromise(ca) || isPromise(cert) || isPromise(key) || isPromise(identity)) {
    return Promise.all([ca, cert, key, identity]).then(combine)
  }
  return combine([ca, cert, key, identity])
}

const isPromise = <T>(value: Known<T>): value is Promise<T> => value instanceof Promise

const credentialsOf = ([ca, cert, key, identity]: Parts, headers: Headers): Credentials => ({
  ca,
  cert: identity.cert ?? cert,
  key: identity.key ?? key,
  headers: {
    ...(identity.authorization === undefined ? {} : { authorization: identity.authorization }),
    ...headers,
  },
})
