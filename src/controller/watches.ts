import { codecs } from '../routes/codecs.ts'
import { selectorKeys } from '../routes/ownership.ts'
import type { Cache, CacheTools } from './caches.ts'
import type { Cause } from './queue.ts'
import { watchReadiness } from './readiness-watch.ts'
import type { World } from './reconcile.ts'
import { RouteIndex, type RouteKey } from './route-index.ts'
import { RouteWatch } from './route-watch.ts'

export interface WatchesOptions extends Omit<CacheTools, 'onState'> {
  /** Label selector of the routes that are ours. */
  readonly selector: string
  /** A route that may have to change, and what made it so. */
  readonly onDue: (key: RouteKey, cause: Cause) => void
  /** Called once, when every cache has seen a complete list. */
  readonly onSynced: () => void
}

/** The caches of the operator, joined to the world that a reconcile sees. */
export interface Watches extends World {
  start(): void
  stop(): Promise<void>
  /** What is not complete yet, in words; empty when all is known. */
  missing(): string[]
  readings(): Iterable<{ name: string; state: string; synced: boolean; size: number }>
}

/** Creates the caches and joins them; nothing is asked of the server before `start()`. */
export function createWatches(options: WatchesOptions): Watches {
  const index = new RouteIndex()
  const tools = { ...options, onState: () => sync() }
  const readiness = watchReadiness(tools, (service, cause) => {
    for (const key of index.using(service)) options.onDue(key, cause)
  })
  const keys = selectorKeys(options.selector)
  const kinds = new Map(
    codecs.map((codec) => [codec.kind, new RouteWatch({ ...tools, codec, index, selectorKeys: keys })]),
  )
  const caches: readonly Cache<unknown>[] = [
    ...readiness.caches,
    ...[...kinds.values()].map(({ cache }) => cache),
  ]
  const sync = once(() => caches.every(({ reader }) => reader.synced), options.onSynced)
  return {
    route: (key) => kinds.get(key.slice(0, key.indexOf('/')))?.get(key),
    readiness: readiness.of,
    write: (route, plans) => {
      const kind = kinds.get(route.kind)
      if (!kind) throw new Error(`no codec for ${route.kind}`)
      return kind.write(route, plans)
    },
    start: () => {
      for (const cache of caches) cache.start()
    },
    stop: async () => void (await Promise.all(caches.map((cache) => cache.stop()))),
    missing: () => caches.filter(({ reader }) => !reader.synced).map(waitingFor),
    readings: () =>
      caches.map(({ name, state, reader }) => ({
        name,
        state: state(),
        synced: reader.synced,
        size: reader.size,
      })),
  }
}

const waitingFor = ({ name, state }: Cache<unknown>) =>
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
