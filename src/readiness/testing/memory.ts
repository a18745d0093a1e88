import { child, text } from '../../base/json.ts'
import type { Account } from '../../core/account.ts'
import type { Readiness } from '../../core/types.ts'
import { createStore } from '../../kube/watch/store.ts'
import type { Open, ReadinessListeners } from '../objects.ts'
import { type Beside, openReadiness } from '../sources.ts'

/** What the listeners were called with: `turned` for `onService`, else only the counts differ. */
export interface Heard {
  readonly service: string
  readonly turned: boolean
}

/** All kinds of objects that readiness is read from, by the names of their watches. */
export const kinds = ['services', 'endpoints', 'endpointslices'] as const
export type KindName = (typeof kinds)[number]

/** Readiness of a cluster in memory, to which tests add objects one by one. */
export interface Memory {
  /** The readiness of a Service (`shop/web`), called by a port or by those of an apex. */
  of(service: string, called?: { readonly port?: number; readonly apex?: string }): Readiness
  /** The same with the reasons, as people are shown it. */
  account(service: string, called?: { readonly port?: number; readonly apex?: string }): Account
  /** Adds or replaces an object; answers with what the listeners heard of it. */
  put(kind: KindName, object: object): Heard[]
  /** Deletes an object by its key, `namespace/name`; answers as `put` does. */
  drop(kind: KindName, key: string): Heard[]
  /** From now on the list of this kind is complete. */
  complete(kind: KindName): void
}

/** `namespace/name` of an object. */
function keyOf(object: unknown): string {
  const metadata = child(object, 'metadata')
  return `${text(metadata, 'namespace')}/${text(metadata, 'name')}`
}

/** An empty cluster, of which nothing is known but the `complete` kinds. */
export function createMemory(complete: readonly KindName[] = kinds, beside: Beside = {}): Memory {
  let version = 0
  let heard: Heard[] = []
  const stores = new Map<string, { put(object: object): void; drop(key: string): void; complete(): void }>()
  const open: Open = (objects, onChange) => {
    const { reader, writer } = createStore(onChange)
    const next = () => {
      version += 1
      return String(version)
    }
    stores.set(objects.name, {
      put: (object) => {
        writer.apply(keyOf(object), next(), objects.project(object))
      },
      drop: (key) => writer.remove(key, next()),
      complete: () => {
        const known = [...reader.entries()].map(
          ([key, value]) => [key, { resourceVersion: next(), value }] as const,
        )
        writer.replace(new Map(known), next())
      },
    })
    return reader
  }
  const listeners: ReadinessListeners = {
    onService: (service) => heard.push({ service, turned: true }),
    onFacts: (service) => heard.push({ service, turned: true }),
    onCounts: (service) => heard.push({ service, turned: false }),
  }
  const readiness = openReadiness(open, listeners, beside)
  const of = (kind: KindName) => {
    const store = stores.get(kind)
    if (!store) throw new Error(`${kind} are not opened`)
    return store
  }
  const listen = (act: () => void) => {
    heard = []
    act()
    return heard
  }
  for (const kind of complete) of(kind).complete()
  return {
    of: (service, called = {}) => readiness.of({ service, ...called }),
    account: (service, called = {}) => readiness.account({ service, ...called }),
    put: (kind, object) => listen(() => of(kind).put(object)),
    drop: (kind, key) => listen(() => of(kind).drop(key)),
    complete: (kind) => of(kind).complete(),
  }
}
