import { Agent, buildConnector, Dispatcher, Pool, ProxyAgent } from 'undici'
import type { ClusterConfig } from '../cluster/cluster.ts'

/** Pools of connections to one API server. */
export interface Connections {
  /** For requests: patches (16 in flight), and room beside them for the lease, lists and events. */
  readonly requests: Dispatcher
  /** For watches, each of which keeps a connection for itself. */
  readonly streams: Dispatcher
  /** Cuts what is under way. */
  close(): Promise<void>
}

/** 16 patches, 2 Events, 11 watches that ask or list, the lease, and some questions which kinds there are. */
const requestConnections = 32

export function createConnections(cluster: ClusterConfig): Connections {
  const requests = new Renewing(cluster, requestConnections)
  const streams = new Renewing(cluster, null)
  const close = async () => {
    await Promise.all([requests.destroy(), streams.destroy()])
  }
  return { requests, streams, close }
}

/**
 * An agent that is made anew when other certificates have come: undici takes them once, and the API server judges
 * each request by the one that its connection began with, however long ago. What is under way stays with the old.
 */
class Renewing extends Dispatcher {
  readonly #cluster: ClusterConfig
  readonly #connections: number | null
  /** Those that have connections, of all agents: an agent that is replaced ends when the last of its pools does. */
  readonly #pools = new Set<Dispatcher>()
  #certificates: Certificates
  #agent: Dispatcher

  constructor(cluster: ClusterConfig, connections: number | null) {
    super()
    this.#cluster = cluster
    this.#connections = connections
    this.#certificates = certificatesOf(cluster)
    this.#agent = this.#createAgent()
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const now = certificatesOf(this.#cluster)
    if (!isSame(now, this.#certificates)) {
      this.#certificates = now
      this.#agent = this.#createAgent()
    }
    return this.#agent.dispatch(options, handler)
  }

  override async destroy(): Promise<void> {
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

type Certificates = Pick<ClusterConfig, 'ca' | 'cert' | 'key'>

const certificatesOf = ({ ca, cert, key }: ClusterConfig): Certificates => ({ ca, cert, key })

const isSame = (one: Certificates, other: Certificates): boolean =>
  isSameText(one.ca, other.ca) && isSameText(one.cert, other.cert) && isSameText(one.key, other.key)

const isSameText = (one: Certificates['ca'], other: Certificates['ca']): boolean =>
  one === other || String(one) === String(other)

/**
 * HTTP/1.1, kept alive between requests; TCP keep-alive finds half-open connections. Limits on answers are the
 * transport's, on its clock; only the limit on opening a connection is undici's.
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
