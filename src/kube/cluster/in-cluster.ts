import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { hostPort } from '../../base/host-port.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { rotatingFile } from '../../base/rotating-file.ts'
import type { ClusterConfig, Credentials, Headers, Known } from './cluster.ts'

export const defaultServiceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount'

/** True in a Pod that has a ServiceAccount token. */
export function isInCluster(env: NodeJS.ProcessEnv, dir: string): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST) && existsSync(join(dir, 'token'))
}

/** The API server as a Pod sees it. Token and CA are read again when the kubelet rotates them. */
export function loadInCluster(
  env: NodeJS.ProcessEnv,
  dir: string,
  extraHeaders: Headers,
  clock: Clock,
): Result<ClusterConfig, string> {
  const host = env.KUBERNETES_SERVICE_HOST ?? ''
  const port = env.KUBERNETES_SERVICE_PORT ?? '443'
  const caFile = join(dir, 'ca.crt')
  try {
    readFileSync(caFile)
  } catch (problem) {
    return err(`this looks like a Pod, but its ${caFile} cannot be read: ${String(problem)}`)
  }
  return ok({
    server: `https://${hostPort(host, port)}`,
    credentials: credentialsIn(
      rotatingFile(caFile, clock),
      rotatingFile(join(dir, 'token'), clock),
      extraHeaders,
    ),
    namespace: podNamespace(dir),
    source: `the Pod's service account in ${dir}`,
  })
}

/** The same object until one of the files is replaced: a failover asks for it thousands of times a second. */
function credentialsIn(
  readCa: () => Known<string>,
  readToken: () => Known<string>,
  extraHeaders: Headers,
): () => Known<Credentials> {
  let token: string | undefined
  let known: Credentials = { headers: extraHeaders }
  const use = (ca: string, current: string): Credentials => {
    if (ca === known.ca && current === token) return known
    token = current
    known = { headers: { authorization: `Bearer ${current}`, ...extraHeaders }, ca }
    return known
  }
  return () => {
    const ca = readCa()
    const current = readToken()
    if (typeof ca === 'string' && typeof current === 'string') return use(ca, current)
    return Promise.all([ca, current]).then((both) => use(...both))
  }
}

/** The namespace of the Pod that this process runs in; `undefined` outside a Pod. */
export function podNamespace(dir = defaultServiceAccountDir): string | undefined {
  const file = join(dir, 'namespace')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
