import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { ClusterConfig, Credentials } from '../cluster/cluster.ts'
import { throughProxy } from './proxy.ts'

/** Connections to one API server, each opened with the certificates that a request has to show. */
export interface Connections {
  /** For requests: patches (32 in flight), and room beside them for the lease, lists and events. */
  requests(certificates: Certificates): HttpAgent
  /** For watches, each of which keeps a connection for itself. */
  streams(certificates: Certificates): HttpAgent
  /** Closes those that are idle; whoever has a request in flight cuts it first. */
  close(): void
}

/**
 * 32 patches, 16 of ServiceProfiles, 2 Events, 11 watches that ask or list, the lease, and some for
 * discovery.
 */
const requestConnections = 64
/** How long a connection is kept that nothing uses (ms). */
const idleMs = 30_000

export function createConnections(cluster: ClusterConfig): Connections {
  const requests = new RenewedAgent(cluster, requestConnections)
  const streams = new RenewedAgent(cluster, Number.POSITIVE_INFINITY)
  return {
    requests: (certificates) => requests.with(certificates),
    streams: (certificates) => streams.with(certificates),
    close: () => {
      requests.close()
      streams.close()
    },
  }
}

type Certificates = Pick<Credentials, 'ca' | 'cert' | 'key'>

/**
 * An agent that is replaced when other certificates have come: the API server judges each request by the
 * certificate that its connection began with, however long ago. Requests in flight stay with the old agent.
 */
class RenewedAgent {
  readonly #cluster: ClusterConfig
  readonly #connections: number
  #certificates: Certificates = {}
  #agent: HttpAgent

  constructor(cluster: ClusterConfig, connections: number) {
    this.#cluster = cluster
    this.#connections = connections
    this.#agent = this.#createAgent()
  }

  /** The agent whose connections are opened with these. */
  with(certificates: Certificates): HttpAgent {
    if (certificates === this.#certificates) return this.#agent
    const isKnown = isSame(certificates, this.#certificates)
    this.#certificates = certificates
    if (isKnown) return this.#agent
    const old = this.#agent
    this.#agent = this.#createAgent()
    closeIdle(old)
    return this.#agent
  }

  close(): void {
    closeIdle(this.#agent)
  }

  #createAgent(): HttpAgent {
    const { server, proxyUrl } = this.#cluster
    const options = { keepAlive: true, maxSockets: this.#connections, timeout: idleMs }
    const isSecure = server.startsWith('https:')
    const agent = isSecure
      ? new HttpsAgent({ ...options, ...tlsOptions(this.#cluster, this.#certificates) })
      : new HttpAgent(options)
    // All go to one server. The usual name holds the texts of all certificates, and is made for each request.
    agent.getName = () => server
    return proxyUrl === undefined ? agent : throughProxy(agent, new URL(proxyUrl), isSecure)
  }
}

/** Its idle connections now, and each other one as soon as its request is answered. */
function closeIdle(agent: HttpAgent): void {
  agent.maxFreeSockets = 0
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}

const isSame = (one: Certificates, other: Certificates): boolean =>
  isSameText(one.ca, other.ca) && isSameText(one.cert, other.cert) && isSameText(one.key, other.key)

const isSameText = (one: Certificates['ca'], other: Certificates['ca']): boolean =>
  one === other || String(one) === String(other)

function tlsOptions({ tlsServerName, skipTlsVerify }: ClusterConfig, { ca, cert, key }: Certificates) {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    rejectUnauthorized: skipTlsVerify !== true,
  }
}
