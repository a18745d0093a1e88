import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { hostPort } from '../../base/host-port.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { rotatingFile } from '../../base/rotating-file.ts'
import type { ClusterConfig, Headers } from './cluster.ts'
import { whenKnown } from './when-known.ts'

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
  const [readCa, readToken] = [rotatingFile(caFile, clock), rotatingFile(join(dir, 'token'), clock)]
  let ca: string
  try {
    ca = readFileSync(caFile, 'utf8')
  } catch (problem) {
    return err(`this looks like a Pod, but its ${caFile} cannot be read: ${String(problem)}`)
  }
  const headersOf = (text: string): Headers => ({ authorization: `Bearer ${text}`, ...extraHeaders })
  const use = (text: string) => {
    ca = text
    return whenKnown(readToken(), headersOf)
  }
  return ok({
    server: `https://${hostPort(host, port)}`,
    get ca() {
      return ca
    },
    headers: () => whenKnown(readCa(), use),
    namespace: podNamespace(dir),
    source: `the Pod's service account in ${dir}`,
  })
}

/** The namespace of the Pod that this process runs in; `undefined` outside a Pod. */
export function podNamespace(dir = defaultServiceAccountDir): string | undefined {
  const file = join(dir, 'namespace')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
