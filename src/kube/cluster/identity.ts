import type { RequestOptions } from 'node:https'
import * as z from 'zod'
import type { Clock } from '../../base/clock.ts'
import { rotatingFile } from '../../base/rotating-file.ts'
import type { Known } from './cluster.ts'
import type { KubeconfigUser } from './kubeconfig-schema.ts'

/** A certificate or a key, in PEM. */
export type Pem = string | Buffer | undefined

/**
 * Who a user of a kubeconfig is: the value of the authorization header, a certificate with its key, or both.
 */
export interface Identity {
  readonly authorization?: string | undefined
  readonly cert?: Pem
  readonly key?: Pem
}

/** Where identities come from. */
export interface IdentitySource {
  /**
   * The present one; the same object as long as it does not change. Rejects with a sentence if there is none.
   */
  current(): Known<Identity>
  /** The API server answered 401 to this one. True if `current` will give another. */
  refuse?(identity: Identity): boolean
}

export const nobody: IdentitySource = { current: () => ({}) }

/** `Bearer TOKEN`; throws if no header can carry that. */
export function bearer(token: string): Identity {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('its token has characters that a header cannot carry')
  return { authorization: `Bearer ${token}` }
}

/** A token of a file, which others replace; `token` as long as the file cannot be read, as with client-go. */
export function tokenFile(path: string, token: string | undefined, clock: Clock): IdentitySource {
  const file = rotatingFile(path, clock)
  const useToken = (problem: unknown) => {
    if (token === undefined) throw problem
    return bearer(token)
  }
  return {
    current: () => {
      const text = file()
      return typeof text === 'string' ? bearer(text) : text.then(bearer, useToken)
    },
  }
}

export function password(username: string, secret: string): IdentitySource {
  const identity = { authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}` }
  return { current: () => identity }
}

/** An `auth-provider`, such as OpenID Connect, which the kubeconfig library logs in to and refreshes. */
export function authProvider({ 'auth-provider': provider }: KubeconfigUser): IdentitySource {
  const loaded = import('@kubernetes/client-node').then(({ KubeConfig }) => {
    const config = new KubeConfig()
    // Only the identity is asked for. The library wants a cluster, which no request goes to.
    const cluster = { name: 'cluster', server: 'https://localhost', skipTLSVerify: false }
    config.loadFromClusterAndUser(cluster, { name: 'user', authProvider: provider })
    return config
  })
  return {
    current: async () => {
      const options: RequestOptions = {}
      await (await loaded).applyToHTTPSOptions(options)
      const headers = z.object({ Authorization: z.string() }).safeParse(options.headers)
      if (!headers.success) throw new Error(`its auth-provider ${provider?.name} gave no token`)
      return { authorization: headers.data.Authorization }
    },
  }
}
