import { isatty } from 'node:tty'
import * as z from 'zod'
import type { Clock } from '../../base/clock.ts'
import { type Program, runProgram } from './exec-program.ts'
import { bearer, type Identity, type IdentitySource } from './identity.ts'
import type { ExecConfig } from './kubeconfig-schema.ts'

/** How long credentials are kept at least, whatever the API server answers to them (ms). */
const keptMs = 5_000

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

const printed = z.object({
  kind: z.literal('ExecCredential').optional(),
  apiVersion: z.string().optional(),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().nullish(),
  }),
})

type Kept = { readonly identity: Identity; readonly expiresAt: number; readonly since: number }

/**
 * Runs a program for credentials as client-go does: one call at a time, however many requests wait for it,
 * and again once they have expired or the API server answers 401. `clusterInfo` is for a program that asks
 * for it. Source: k8s.io/client-go/plugin/pkg/client/auth/exec.
 */
export function createExecPlugin(
  exec: ExecConfig,
  clusterInfo: () => Promise<object>,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  isTerminal: () => boolean = () => isatty(0),
): IdentitySource {
  let kept: Kept | undefined
  let running: Promise<Identity> | undefined
  const run = async () => {
    const since = clock.now()
    const cluster = exec.provideClusterInfo ? await clusterInfo() : undefined
    const text = await runProgram(programOf(exec, cluster, env, isTerminal()))
    kept = { ...readPrinted(text, exec), since }
    return kept.identity
  }
  return {
    current: () => {
      if (kept && clock.wallTime().getTime() <= kept.expiresAt) return kept.identity
      running ??= run().finally(() => {
        running = undefined
      })
      return running
    },
    refuse: (identity) => {
      if (kept?.identity !== identity) return true
      if (clock.now() - kept.since < keptMs) return false
      kept = undefined
      return true
    },
  }
}

function programOf(
  exec: ExecConfig,
  cluster: object | undefined,
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): Program {
  const { apiVersion, command, interactiveMode: mode } = exec
  if (!command) throw new Error('its exec plugin has no command')
  if (!apiVersion || !versions.includes(apiVersion)) {
    throw new Error(
      `its exec plugin ${command} has apiVersion ${JSON.stringify(apiVersion ?? '')}, but must have ` +
        `${versions.join(' or ')}; write the entry again with a newer version of the plugin`,
    )
  }
  if (mode && !['Never', 'IfAvailable', 'Always'].includes(mode)) {
    throw new Error(`its exec plugin ${command} has interactiveMode ${JSON.stringify(mode)}`)
  }
  if (mode === 'Always' && !isTerminal) {
    throw new Error(`its exec plugin ${command} asks questions, and standard input is not a terminal`)
  }
  const isInteractive = isTerminal && mode !== 'Never'
  const info = {
    kind: 'ExecCredential',
    apiVersion,
    spec: { interactive: isInteractive, cluster },
  }
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]))
  return {
    command,
    args: exec.args ?? [],
    env: { ...env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    isInteractive,
    installHint: exec.installHint ?? '',
  }
}

function readPrinted(text: string, { command, apiVersion }: ExecConfig) {
  const wrong = (what: string) => new Error(`its exec plugin ${command} printed ${what}`)
  const parsed = printed.safeParse(jsonOf(text))
  if (!parsed.success) throw wrong('something else than an ExecCredential with a status')
  const { status, apiVersion: version } = parsed.data
  if (version !== undefined && version !== apiVersion) {
    throw wrong(`an ExecCredential of ${version}; the kubeconfig asks for ${apiVersion}`)
  }
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp: end } = status
  if (!cert !== !key) throw wrong('a certificate without its key, or a key without its certificate')
  if (!token && !cert) throw wrong('neither a token nor a certificate')
  const expiresAt = end ? Date.parse(end) : Number.POSITIVE_INFINITY
  if (Number.isNaN(expiresAt)) throw wrong('an expirationTimestamp that is not a time')
  const certificate = cert ? { cert, key } : {}
  return { identity: { ...certificate, ...(token ? bearer(token) : {}) }, expiresAt }
}

/** `undefined` if the text is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
