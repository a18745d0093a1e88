import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import type { Transport } from '../http/transport.ts'
import type { Resource } from '../resource.ts'
import { startReflector } from './reflector.ts'
import type { ReflectorState } from './reflector-state.ts'
import { createStore, type StoreChange, type StoreReader, type StoreWriter } from './store.ts'

/** What every cache is made with. */
export interface CacheTools {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Called with the name of the watch and the type of each of its events. */
  readonly onEvent?: (watch: string, type: string) => void
  /** Called when a cache may have become complete. */
  readonly onState: () => void
}

export interface CacheOptions<T> {
  /** The resource's plural, as metrics and logs name the watch. */
  readonly name: string
  readonly resource: () => Promise<Result<Resource | undefined, KubeError>>
  /** Objects of this namespace only; of all without it. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly project: (object: unknown) => T
  /** Reads everything again after a failure, see `ReflectorOptions`. */
  readonly relists?: boolean
  readonly onChange: (change: StoreChange<T>) => void
}

/** One kind of object, kept up to date from `start()` to `stop()`. */
export interface Cache<T> {
  readonly name: string
  readonly reader: StoreReader<T>
  readonly writer: StoreWriter<T>
  readonly state: () => ReflectorState
  start(): void
  stop(): Promise<void>
}

/** A cache that does not watch yet: call `start()` when everything that reads it is connected. */
export function createCache<T>(options: CacheOptions<T>, tools: CacheTools): Cache<T> {
  const { reader, writer } = createStore(options.onChange)
  let reflector: ReturnType<typeof startReflector> | undefined
  return {
    name: options.name,
    reader,
    writer,
    state: () => reflector?.state ?? 'stopped',
    start: () => {
      reflector = startReflector({
        name: options.name,
        resource: options.resource,
        namespace: options.namespace,
        ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
        project: options.project,
        relists: options.relists,
        writer,
        transport: tools.transport,
        clock: tools.clock,
        random: tools.random,
        log: tools.log,
        onState: tools.onState,
        onEvent: (type) => tools.onEvent?.(options.name, type),
      })
    },
    stop: async () => reflector?.stop(),
  }
}

/** A resource that every cluster serves. */
export const always = (resource: Resource) => async () => ok(resource)
