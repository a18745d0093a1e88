import type { DrainedOf } from '../core/policy/drained.ts'
import type { Drained } from '../core/policy/types.ts'
import type { ServiceKey } from '../core/types.ts'
import type { Drain, DrainTarget } from './drain.ts'
import { objectKey } from './object.ts'

/**
 * The cluster of a Service: `Local`, that which it is mirrored from, or `undefined` if there is not one
 * alone.
 */
export type PlaceOf = (service: ServiceKey) => string | undefined

export interface DrainScope {
  /** A Drain of this namespace is for all routes, one of any other for the routes of its own. */
  readonly rootNamespace: string | undefined
  readonly placeOf: PlaceOf
}

/** For all routes. No namespace has this name. */
const everywhere = '*'

/** One Drain as the index finds it, with what it says of a backend. */
interface Entry {
  readonly drain: Drain
  readonly drained: Drained
}

/**
 * Finds what Drains take out. The index is made for the Drains of one moment; each question costs four
 * look-ups, however many Drains there are.
 */
export class DrainIndex {
  readonly #scope: DrainScope
  readonly #byTarget = new Map<string, Entry[]>()
  readonly #scopes = new Set<string>()

  /** Only Drains that are in effect: see `isInEffect`. */
  constructor(drains: Iterable<Drain>, scope: DrainScope) {
    this.#scope = scope
    for (const drain of drains) if (drain.spec) this.#add(drain, drain.spec)
  }

  /** What is drained for the routes of a namespace; `undefined` if no Drain is for them. */
  of(namespace: string): DrainedOf | undefined {
    if (!this.#scopes.has(namespace) && !this.#scopes.has(everywhere)) return undefined
    return ({ service }) => {
      let found: Drained | undefined
      for (const { drained } of this.#entries(namespace, service))
        if (found === undefined || (found.lastResort === 'Allow' && drained.lastResort === 'Never'))
          found = drained
      return found
    }
  }

  /** The Drains that take a Service out for the routes of a namespace, each once. */
  drainsOf(namespace: string, service: ServiceKey): readonly Drain[] {
    return [...new Set([...this.#entries(namespace, service)].map(({ drain }) => drain))]
  }

  *#entries(namespace: string, service: ServiceKey): Iterable<Entry> {
    const place = this.#scope.placeOf(service)
    for (const key of targetsOf(namespace, service, place)) yield* this.#byTarget.get(key) ?? []
  }

  #add(drain: Drain, { from, lastResort }: NonNullable<Drain['spec']>): void {
    const { rootNamespace } = this.#scope
    const entry = { drain, drained: { lastResort, by: objectKey(drain) } }
    this.#scopes.add(scopeOf(drain, rootNamespace))
    for (const target of from) {
      const key = targetKey(drain, target, rootNamespace)
      const entries = this.#byTarget.get(key)
      if (entries) entries.push(entry)
      else this.#byTarget.set(key, [entry])
    }
  }
}

const scopeOf = ({ namespace }: Drain, rootNamespace: string | undefined): string =>
  namespace === rootNamespace ? everywhere : namespace

/** A target of a Drain, for the routes that it is for. */
export const targetKey = (drain: Drain, target: DrainTarget, rootNamespace: string | undefined): string =>
  `${scopeOf(drain, rootNamespace)} ${nameOf(target)}`

/**
 * The keys of all targets by which a Service, in this cluster (`place`), is drained for the routes of a
 * namespace.
 */
export const targetsOf = (
  namespace: string,
  service: ServiceKey,
  place: string | undefined,
): readonly string[] =>
  [everywhere, namespace].flatMap((scope) =>
    place === undefined ? `${scope} ${service}` : [`${scope} ${service}`, `${scope} ${place}`],
  )

/** A Service has a slash in its name, a cluster has none. */
const nameOf = (target: DrainTarget): string => ('cluster' in target ? target.cluster : target.service)

/** Whether a Drain takes anything out at this time (epoch ms). */
export const isInEffect = ({ spec }: Drain, now: number): boolean => spec !== undefined && now < spec.until
