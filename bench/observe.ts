import { systemClock } from '../src/base/clock.ts'
import { ok } from '../src/base/result.ts'
import { loadClusterConfig } from '../src/kube/cluster/find-cluster.ts'
import { createTransport, type Transport } from '../src/kube/http/transport.ts'
import type { Resource } from '../src/kube/resource.ts'
import { startReflector } from '../src/kube/watch/reflector.ts'
import { createStore } from '../src/kube/watch/store.ts'
import { Observer, type Side } from './observer.ts'

/** A client of the bench's own, as whoever the kubeconfig names. */
export async function connectTo(kubeconfig: string): Promise<Transport> {
  const cluster = await loadClusterConfig({ kubeconfig }, {}, systemClock)
  if (!cluster.ok) throw new Error(cluster.error)
  return createTransport(cluster.value, systemClock)
}

/**
 * Calls back with each state of each object of a kind, by its name, until the function that it answers with
 * is called. By a reflector, since a server that finds its watcher slow just ends the watch.
 */
export function followAll<T>(
  transport: Transport,
  resource: Resource,
  project: (object: unknown) => T,
  each: (name: string, value: T) => void,
): () => Promise<void> {
  const { writer } = createStore<T>(({ key, after }) => {
    if (after) each(key.slice(key.indexOf('/') + 1), after)
  })
  const silent = () => {}
  const reflector = startReflector({
    name: 'bench',
    resource: async () => ok(resource),
    project,
    writer,
    transport,
    clock: systemClock,
    random: Math.random,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  return () => reflector.stop()
}

/** Sees on which side each object of a kind is. */
export async function observe(
  kubeconfig: string,
  resource: Resource,
  sideOf: (object: unknown) => Side,
): Promise<Observer> {
  const transport = await connectTo(kubeconfig)
  const stop = followAll(transport, resource, sideOf, (name, side) =>
    observer.take(name, side, performance.now()),
  )
  const observer = new Observer(async () => {
    await Promise.all([transport.close(), stop()])
  })
  return observer
}
