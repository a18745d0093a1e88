import type { RequestOptions } from 'node:https'
import { Duplex, PassThrough, Writable } from 'node:stream'
import { KubeConfig, PortForward } from '@kubernetes/client-node'
import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterConfig, Headers } from '../cluster/cluster.ts'
import { errorOfAnswer, type KubeError } from '../errors.ts'
import { resourcePath } from '../resource.ts'

/** A TCP port inside a Pod. */
export interface PodPort {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

/** How long the API server and the kubelet may take to open a connection. */
const handshakeMs = 10_000

/**
 * Opens a connection to a port of a Pod, as `kubectl port-forward` does: through the API server and the
 * kubelet, into the network of the Pod. It needs the verbs `get` and, since Kubernetes 1.35, `create` on
 * `pods/portforward`. If the port refuses the connection, it breaks with the kubelet's words as its error.
 * The signal cuts it at any time.
 */
export async function forwardPort(
  cluster: ClusterConfig,
  { namespace, pod, port }: PodPort,
  signal: AbortSignal,
): Promise<Result<Duplex, KubeError>> {
  const what = `GET ${resourcePath({ group: '', version: 'v1', plural: 'pods' }, namespace, pod)}/portforward`
  try {
    const library = new PortForward(await configOf(cluster, signal))
    const { duplex, output, errors, input, attach } = createForwarded(what)
    const socket = await library.portForward(namespace, pod, [port], output, errors, input)
    if (!isSocket(socket)) throw new Error('the client library did not open a WebSocket')
    attach(socket, signal)
    return ok(duplex)
  } catch (problem) {
    return err(errorOf(what, problem))
  }
}

/** The part of a WebSocket that is used here; the library has no types for it. */
interface Socket {
  pause(): void
  resume(): void
  /** Sends a closing message, and waits up to 30 s for the answer. */
  close(): void
  terminate(): void
  onclose: unknown
}

const isSocket = (value: unknown): value is Socket =>
  typeof value === 'object' &&
  value !== null &&
  'pause' in value &&
  'terminate' in value &&
  'onclose' in value

/** The library's three streams as one connection, which reads no faster than it is read. */
function createForwarded(what: string) {
  let socket: Socket | undefined
  let said = ''
  const input = new PassThrough()
  const duplex = new Duplex({
    allowHalfOpen: false,
    read: () => socket?.resume(),
    write: (chunk, _encoding, done) => void input.write(chunk, done),
    destroy: (problem, done) => {
      input.destroy()
      socket?.close()
      done(problem)
    },
  })
  const take = (use: (chunk: Buffer) => void) =>
    new Writable({
      write: (chunk, _encoding, done) => {
        if (chunk.length > 0 && !duplex.destroyed) use(chunk)
        done()
      },
    })
  const output = take((chunk) => {
    if (!duplex.push(chunk)) socket?.pause()
  })
  const errors = take((chunk) => {
    said += chunk.toString()
  })
  const attach = (opened: Socket, signal: AbortSignal): void => {
    socket = opened
    const cut = () => opened.terminate()
    signal.addEventListener('abort', cut, { once: true })
    opened.onclose = () => {
      signal.removeEventListener('abort', cut)
      if (said === '') duplex.push(null)
      else duplex.destroy(new Error(`${what}: ${said}`))
    }
    if (signal.aborted) cut()
    else if (duplex.destroyed) opened.close()
  }
  return { duplex, output, errors, input, attach }
}

/** What the library hands to the WebSocket, which has a limit of its own. */
type SocketOptions = RequestOptions & { handshakeTimeout?: number }

/** Our own `ClusterConfig` as the library wants it, so that credentials are found in one place only. */
class Configured extends KubeConfig {
  readonly #headers: Headers
  readonly #signal: AbortSignal

  constructor(headers: Headers, signal: AbortSignal) {
    super()
    this.#headers = headers
    this.#signal = signal
  }

  override async applyToHTTPSOptions(options: SocketOptions): Promise<void> {
    await super.applyToHTTPSOptions(options)
    options.headers = this.#headers
    options.signal = this.#signal
    options.handshakeTimeout = handshakeMs
  }
}

async function configOf(cluster: ClusterConfig, signal: AbortSignal): Promise<KubeConfig> {
  const { server, tlsServerName, proxyUrl } = cluster
  const { headers, ca, cert, key } = await cluster.credentials()
  const config = new Configured(headers, signal)
  const base64 = (name: string, pem: string | Buffer | undefined) =>
    pem === undefined ? {} : { [name]: Buffer.from(pem).toString('base64') }
  config.loadFromClusterAndUser(
    {
      name: 'cluster',
      server,
      // The library refuses plain HTTP unless verification is off; there is none to do then.
      skipTLSVerify: cluster.skipTlsVerify === true || server.startsWith('http:'),
      ...base64('caData', ca),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
    },
    { name: 'user', ...base64('certData', cert), ...base64('keyData', key) },
  )
  return config
}

/** The library reports a refusal only as text: `Unexpected server response: 403`. */
function errorOf(what: string, problem: unknown): KubeError {
  const text =
    typeof problem === 'object' && problem !== null && 'message' in problem
      ? String(problem.message)
      : String(problem)
  const status = /response: (\d{3})$/.exec(text)?.[1]
  if (status !== undefined) return errorOfAnswer(what, Number(status), '')
  return { kind: 'unreachable', message: `${what}: ${text}` }
}
