import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici'
import type { ClusterConfig } from './config.ts'

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
  const requests = createPool(cluster, requestConnections)
  const streams = createPool(cluster, null)
  const close = async () => {
    await Promise.all([requests.destroy(), streams.destroy()])
  }
  return { requests, streams, close }
}

/**
 * HTTP/1.1, kept alive between requests; TCP keep-alive finds half-open connections. Limits on answers are the
 * transport's, on its clock; only the limit on opening a connection is undici's.
 */
function createPool(cluster: ClusterConfig, connections: number | null): Dispatcher {
  const common = {
    connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
  }
  if (cluster.proxyUrl === undefined) return new Agent({ ...common, connect: freshTls(cluster) })
  return new ProxyAgent({ ...common, uri: cluster.proxyUrl, requestTls: tlsOptions(cluster) })
}

/** Certificates are read anew for each connection, since they rotate; TLS sessions last while they do not. */
function freshTls(cluster: ClusterConfig): buildConnector.connector {
  let options = tlsOptions(cluster)
  let connect = buildConnector(options)
  return (target, callback) => {
    const now = tlsOptions(cluster)
    if (String(now.ca) !== String(options.ca) || String(now.cert) !== String(options.cert)) {
      options = now
      connect = buildConnector(options)
    }
    connect(target, callback)
  }
}

function tlsOptions(cluster: ClusterConfig) {
  const { ca, cert, key, tlsServerName } = cluster
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    rejectUnauthorized: cluster.skipTlsVerify !== true,
    allowH2: false,
    timeout: 5_000,
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
  }
}
