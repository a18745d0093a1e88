import type { Registry } from './registry.ts'
import type { Store } from './store.ts'

/** What every request is answered from. */
export type World = { store: Store; registry: Registry; now: () => Date }

/** A timestamp as Kubernetes writes it: whole seconds. */
export const timestamp = (now: Date) => now.toISOString().replace(/\.\d+Z$/, 'Z')
