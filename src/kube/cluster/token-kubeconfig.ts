import { parse } from 'yaml'
import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { readProxy, readServer } from './address.ts'
import type { ClusterConfig } from './cluster.ts'

const isCertificate = (data: string) =>
  Buffer.from(data, 'base64').toString().includes('-----BEGIN CERTIFICATE-----')

const cluster = z
  .object({
    server: z.string().min(1, 'is missing'),
    'certificate-authority-data': z.string().refine(isCertificate, 'is not a certificate (PEM)').optional(),
    'insecure-skip-tls-verify': z.boolean().optional(),
    'tls-server-name': z.string().optional(),
    'proxy-url': z.string().nullish(),
  })
  .transform((given, { issues, value }) => {
    const wrong = (key: string, message: string) => {
      issues.push({ code: 'custom', path: [key], message, input: value })
      return z.NEVER
    }
    const { 'certificate-authority-data': data, 'insecure-skip-tls-verify': skipTlsVerify = false } = given
    const server = readServer(given.server, data !== undefined || skipTlsVerify)
    if (!server.ok) return wrong('server', server.error)
    const proxy = readProxy(given['proxy-url'])
    if (!proxy.ok) return wrong('proxy-url', proxy.error)
    if (data !== undefined && skipTlsVerify) {
      return wrong('insecure-skip-tls-verify', 'contradicts certificate-authority-data')
    }
    const ca = data === undefined ? undefined : Buffer.from(data, 'base64')
    return {
      address: {
        server: server.value,
        skipTlsVerify,
        tlsServerName: given['tls-server-name'],
        proxyUrl: proxy.value,
      },
      ca,
    }
  })

/** What a header can carry, so that nothing else comes into it. */
const token = z.string().regex(/^[\x21-\x7e]+$/, 'is not a token')

const kubeconfig = z.object({
  'current-context': z.string().optional(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(z.object({ name: z.string(), cluster })),
  users: z.array(z.object({ name: z.string(), user: z.object({ token }) })),
})

/**
 * The cluster of a kubeconfig that somebody else has written, such as a Secret of a Link: its user has a
 * token and nothing else, so that no file is read and no program is run. The error says what is wrong, and
 * shows no content.
 */
export function readTokenKubeconfig(text: string, source: string): Result<ClusterConfig, string> {
  const parsed = kubeconfig.safeParse(parseYaml(text))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim())
    return err(`no kubeconfig with a token: ${problems.join('; ')}`)
  }
  const { contexts, clusters, users, 'current-context': current } = parsed.data
  const context = contexts.find(({ name }) => name === current)?.context
  if (!context) return err('the kubeconfig has no current context')
  const found = clusters.find(({ name }) => name === context.cluster)?.cluster
  if (!found) return err('the kubeconfig lacks the cluster of its current context')
  const user = users.find(({ name }) => name === context.user)?.user
  if (!user) return err('the kubeconfig lacks the user of its current context')
  const credentials = { headers: { authorization: `Bearer ${user.token}` }, ca: found.ca }
  return ok({ ...found.address, credentials: () => credentials, source })
}

/** Whatever is no YAML is no kubeconfig; what the parser says of it would show parts of it. */
function parseYaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}
