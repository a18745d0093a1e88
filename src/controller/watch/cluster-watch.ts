import type { AccountOf } from '../../core/account.ts'
import type { ReadinessOf, ServiceKey } from '../../core/types.ts'
import { Discovery } from '../../kube/discovery.ts'
import type { CacheTools } from '../../kube/watch/cache.ts'
import type { ReadCache } from '../../kube/watch/joined-cache.ts'
import type { GatewayReading, GatewayTools } from '../../readiness/gateways/gateways.ts'
import { mirroredFrom } from '../../readiness/gateways/mirrors.ts'
import type { BesideNow } from '../../readiness/read-now.ts'
import type { LinkReading } from '../../readiness/remote/linked-cluster.ts'
import type { ServiceFacts } from '../../readiness/service-facts.ts'
import { codecs as allCodecs } from '../../routes/codecs.ts'
import { kindOf, type RouteKey } from '../../routes/key.ts'
import { type Route, type RouteCodec, servicesBehind } from '../../routes/route.ts'
import { RouteIndex } from '../../routes/route-index.ts'
import type { Cause } from '../queue.ts'
import type { OwnKindsOptions } from './own-kind.ts'
import { type OwnKinds, watchOwnKinds } from './own-kinds.ts'
import {
  type OtherClusterOptions,
  type ReadinessWatch,
  type ServiceScope,
  watchReadiness,
} from './readiness-watch.ts'
import { RouteWatch, type RouteWatchOptions } from './route-watch.ts'

export interface ClusterWatchOptions
  extends Omit<CacheTools, 'onState'>,
    OtherClusterOptions,
    ServiceScope,
    OwnKindsOptions,
    Pick<GatewayTools, 'onProbe'> {
  /** Label selector of the routes that are ours. */
  readonly selector: string
  /** The kinds of routes; all without it. */
  readonly codecs?: readonly RouteCodec[]
  /** Routes of this namespace only; of all without it. */
  readonly namespace?: string | undefined
  /** Called with each state of a route and the one before it, `undefined` for none, before it is due. */
  readonly onRoute?: RouteWatchOptions['onRoute']
  /** A route that may have to change, and what made it so. */
  readonly onDue: (key: RouteKey, cause: Cause) => void
  /** A route behind which other endpoints are ready than before; nothing follows for its weights. */
  readonly onCounts?: (key: RouteKey) => void
  /**
   * A Service came, went, or is not as before; if it has several ports, also that one of them may have
   * turned.
   */
  readonly onFacts?: (service: ServiceKey) => void
  /** Called once, when readiness is known: a kind of route that cannot be listed holds back no other. */
  readonly onSynced: () => void
}

/** What is known of the cluster: the caches, joined. */
export interface ClusterWatch
  extends Pick<
    OwnKinds,
    'route' | 'applied' | 'circumstances' | 'drains' | 'policies' | 'limits' | 'isOwnCurrent'
  > {
  start(): void
  stop(): Promise<void>
  readonly readiness: ReadinessOf
  readonly account: AccountOf
  /** What readiness comes from besides this cluster's objects. */
  readonly beside: BesideNow
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  clusterOf(service: ServiceKey): string | undefined
  /**
   * What is known of a Service; `undefined` if there is no such Service, `unknown` before all Services are
   * known.
   */
  service(service: ServiceKey): ServiceFacts | undefined | 'unknown'
  /** All routes that are ours. */
  keys(): Iterable<RouteKey>
  /** How many routes are ours. */
  count(): number
  /** The routes of a kind, as its codec calls it; `undefined` if there is no such kind. */
  kind(name: string): RouteWatch | undefined
  /** What is not complete yet, in words; empty when all is known. */
  missing(): string[]
  readings(): Iterable<WatchReading>
  gateways(): readonly GatewayReading[]
  /** The gateway that a Service is mirrored through, if it does not answer. */
  downGateway(service: ServiceKey): GatewayReading | undefined
}

/** How one watch is. */
export interface WatchReading {
  readonly name: string
  readonly state: string
  readonly synced: boolean
  /** Objects in its cache. */
  readonly size: number
}

/** Creates the caches and joins them; nothing is asked of the server before `start()`. */
export function watchCluster(options: ClusterWatchOptions): ClusterWatch {
  const index: RouteIndex = new RouteIndex(servicesBehind, () => readiness.touch())
  const discovery = new Discovery(options.transport, options.clock)
  const tools = { ...options, discovery, onState: () => sync() }
  const readiness: ReadinessWatch = watchReadiness(tools, options, {
    onService: (service, cause) => {
      for (const key of index.using(service)) options.onDue(key, cause)
      const ports = readiness.services.get(service)?.ports.length ?? 0
      if (ports > 1) options.onFacts?.(service)
    },
    onFacts: (service) => {
      own.policies?.seeService(service, index.using(service))
      options.onFacts?.(service)
    },
    onCounts: (service) => {
      for (const key of index.using(service)) options.onCounts?.(key)
    },
    used: () => index.services(),
  })
  const onRoute: RouteWatchOptions['onRoute'] = (key, before, after) => {
    options.onRoute?.(key, before, after)
    index.change(key, before, after)
    options.onDue(key, { at: options.clock.now() })
  }
  const routes = watchRoutes({ ...tools, onRoute })
  const service = (name: ServiceKey) => readiness.services.get(name)
  const own: OwnKinds = watchOwnKinds(tools, options, { ...routes, index, service })
  const caches = [...own.caches, ...readiness.caches, ...routes.caches]
  const all = () => [...caches, ...readiness.gateways.caches]
  const isKnown = () =>
    readiness.caches.every(({ reader }) => reader.synced) && !readiness.gateways.isPending && own.isSettled()
  const sync = once(isKnown, options.onSynced)
  return {
    ...own,
    keys: routes.keys,
    count: routes.count,
    kind: routes.kind,
    readiness: readiness.of,
    account: readiness.account,
    beside: readiness.beside,
    clusterOf: readiness.clusterOf,
    service: (name) => (readiness.services.synced ? service(name) : 'unknown'),
    start: () => {
      readiness.linked.start()
      for (const cache of caches) cache.start()
    },
    stop: async () => {
      for (const part of [discovery, readiness, own]) part.stop()
      await Promise.all([readiness.linked, readiness.gateways, ...caches].map((part) => part.stop()))
    },
    missing: () =>
      all()
        .filter(({ reader }) => !reader.synced)
        .map(waitingFor),
    gateways: () => readiness.gateways.readings,
    downGateway: (service) => downGatewayOf(service, readiness),
    readings: () => [...all().map(readingOf), ...readiness.linked.readings.map(linkReading)],
  }
}

function downGatewayOf(service: ServiceKey, { services, gateways }: ReadinessWatch) {
  const cluster = mirroredFrom(services.get(service))
  const reading = cluster === undefined ? undefined : gateways.reading(cluster)
  return reading?.state === 'down' ? reading : undefined
}

/** The routes of every kind. */
function watchRoutes(options: Omit<RouteWatchOptions, 'codec'> & Pick<ClusterWatchOptions, 'codecs'>) {
  const { codecs = allCodecs } = options
  const kinds = new Map(codecs.map((codec) => [codec.kind, new RouteWatch({ ...options, codec })]))
  return {
    kind: (name: string) => kinds.get(name),
    get: (key: RouteKey) => kinds.get(kindOf(key))?.get(key),
    revise: (key: RouteKey, before: Route, after: Route) =>
      kinds.get(kindOf(key))?.revise(key, before, after),
    keys: function* () {
      for (const kind of kinds.values()) yield* kind.keys()
    },
    count: () => [...kinds.values()].reduce((sum, { cache }) => sum + cache.reader.size, 0),
    caches: [...kinds.values()].map(({ cache }) => cache),
  }
}

/** How the watch of a cache is. */
export const readingOf = ({ name, state, reader }: ReadCache<unknown>): WatchReading => ({
  name,
  state: state(),
  synced: reader.synced,
  size: reader.size,
})

const linkReading = ({ cluster, ...reading }: LinkReading): WatchReading => ({
  ...reading,
  name: `endpointslices@${cluster}`,
})

const waitingFor = ({ name, state }: ReadCache<unknown>) =>
  `waiting for the first complete list of ${name} (${state()})`

/** Calls `then` the first time that it is called while `condition` holds. */
function once(condition: () => boolean, then: () => void): () => void {
  let done = false
  return () => {
    if (done || !condition()) return
    done = true
    then()
  }
}
