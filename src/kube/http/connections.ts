import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { ClusterConfig, Credentials } from '../cluster/cluster.ts'

/** Pools of connections to one API server, each opened with the certificates that a request has to show. */
export interface Connections {
  /** For requests: patches (16 in flight), and room beside them for the lease, lists and events. */
  requests(certificates: Certificates): Dispatcher
  /** For watches, each of which keeps a connection for itself. */
  streams(certificates: Certificates): Dispatcher
  /** Cuts the requests in flight. */
  close(): Promise<void>
}

/** 16 patches, 2 Events, 11 watches that ask or list, the lease, and some requests for discovery. */
const requestConnections = 32

export function createConnections(cluster: ClusterConfig): Connections {
  const requests = new RenewedAgent(cluster, requestConnections)
  const streams = new RenewedAgent(cluster, null)
  return {
    requests: (certificates) => requests.with(certificates),
    streams: (certificates) => streams.with(certificates),
    close: async () => {
      await Promise.all([requests.close(), streams.close()])
    },
  }
}

type Certificates = Pick<Credentials, 'ca' | 'cert' | 'key'>

/**
 * An agent that is replaced when other certificates have come: undici takes them once, and the API server
 * judges each request by the certificate that its connection began with, however long ago. Requests in flight
 * stay with the old agent.
 */
class RenewedAgent {
  readonly #cluster: ClusterConfig
  readonly #connections: number | null
  /**
   * Those that have connections, of all agents: a replaced agent lives until the last of its pools is empty.
   */
  readonly #pools = new Set<Dispatcher>()
  #certificates: Certificates = {}
  #agent: Dispatcher
  #closed = false

  constructor(cluster: ClusterConfig, connections: number | null) {
    this.#cluster = cluster
    this.#connections = connections
    this.#agent = this.#createAgent()
  }

  /** The agent whose connections are opened with these; after `close`, one that refuses everything. */
  with(certificates: Certificates): Dispatcher {
    if (certificates === this.#certificates || this.#closed) return this.#agent
    const isKnown = isSame(certificates, this.#certificates)
    this.#certificates = certificates
    if (!isKnown) this.#agent = this.#createAgent()
    return this.#agent
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#agent, ...this.#pools].map((it) => it.destroy()))
  }

  #createAgent(): Dispatcher {
    const factory = (origin: string | URL, options: object) => this.#follow(new Pool(origin, options))
    return createAgent(this.#cluster, this.#certificates, { connections: this.#connections, factory })
  }

  #follow(pool: Pool): Pool {
    const look = () => {
      if (pool.stats.connected > 0) this.#pools.add(pool)
      else this.#pools.delete(pool)
    }
    return pool.on('connect', look).on('disconnect', look)
  }
}

const isSame = (one: Certificates, other: Certificates): boolean =>
  isSameText(one.ca, other.ca) && isSameText(one.cert, other.cert) && isSameText(one.key, other.key)

const isSameText = (one: Certificates['ca'], other: Certificates['ca']): boolean =>
  one === other || String(one) === String(other)

/**
 * HTTP/1.1, kept alive between requests; TCP keep-alive finds half-open connections. Limits on answers are
 * the transport's, on its clock; only the limit on opening a connection is undici's.
 */
function createAgent(
  cluster: ClusterConfig,
  certificates: Certificates,
  pools: Pick<Agent.Options, 'connections' | 'factory'>,
): Dispatcher {
  const common = {
    ...pools,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
  }
  const tls = tlsOptions(cluster, certificates)
  if (cluster.proxyUrl === undefined) return new Agent({ ...common, connect: buildConnector(tls) })
  return new ProxyAgent({ ...common, uri: cluster.proxyUrl, requestTls: tls })
}

function tlsOptions({ tlsServerName, skipTlsVerify }: ClusterConfig, { ca, cert, key }: Certificates) {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    rejectUnauthorized: skipTlsVerify !== true,
    allowH2: false,
    timeout: 5_000,
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
  }
}
