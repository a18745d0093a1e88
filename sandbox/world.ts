import type { Clock } from '../src/base/clock.ts'
import type { Registry } from './registry.ts'
import type { Store } from './store.ts'

/** What every request is answered from. Time and chance are handed in, so that a test can own them. */
export type World = {
  store: Store
  registry: Registry
  clock: Clock
  /** Names for new objects' `metadata.uid`. */
  newUid: () => string
}

/** A timestamp as Kubernetes writes it: whole seconds. */
export const timestamp = (now: Date) => now.toISOString().replace(/\.\d+Z$/, 'Z')
