import { type Cache, type CacheOptions, type CacheTools, createCache } from './cache.ts'
import type { StoreReader } from './store.ts'

/** A cache as those see it who only read. */
export type ReadCache<T> = Omit<Cache<T>, 'writer'>

/** One kind of object, of all namespaces, or of those that are given: with a watch for each, read as one. */
export function createJoinedCache<T>(
  options: CacheOptions<T>,
  tools: CacheTools,
  namespaces: readonly string[] | undefined,
): ReadCache<T> {
  if (namespaces === undefined) return createCache(options, tools)
  const parts = new Map(
    namespaces.map((namespace) => [namespace, createCache({ ...options, namespace }, tools)]),
  )
  const caches = [...parts.values()]
  return {
    name: options.name,
    reader: join((key) => parts.get(key.slice(0, key.indexOf('/')))?.reader, caches),
    // The one that is not up to date yet, if there is one.
    state: () => caches.map(({ state }) => state()).find((state) => state !== 'watching') ?? 'watching',
    start: () => {
      for (const cache of caches) cache.start()
    },
    stop: async () => {
      await Promise.all(caches.map((cache) => cache.stop()))
    },
  }
}

function join<T>(
  readerOf: (key: string) => StoreReader<T> | undefined,
  caches: readonly ReadCache<T>[],
): StoreReader<T> {
  return {
    get: (key) => readerOf(key)?.get(key),
    resourceVersionOf: (key) => readerOf(key)?.resourceVersionOf(key),
    *entries() {
      for (const { reader } of caches) yield* reader.entries()
    },
    get size() {
      return caches.reduce((sum, { reader }) => sum + reader.size, 0)
    },
    get synced() {
      return caches.every(({ reader }) => reader.synced)
    },
  }
}
