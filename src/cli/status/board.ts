import type { Watches } from '../../controller/watch/cluster-watch.ts'
import { judgeRoute } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/route-index.ts'
import { compareRoutes } from '../snapshot.ts'
import { type RouteStatus, statusOf } from './route-status.ts'
import { sinceOf, type Transition } from './since.ts'
import { activeText, stateText } from './table.ts'

/** The routes as they stand, kept up to date one by one. */
export class Board {
  readonly #watches: Pick<Watches, 'route' | 'readiness'>
  readonly #namespace: string | undefined
  readonly #transitions: ReadonlyMap<string, Transition>
  readonly #shown = new Map<RouteKey, RouteStatus>()

  /** `transitions` are what the cluster remembers from before, by uid of the route. */
  constructor(
    watches: Pick<Watches, 'route' | 'readiness'>,
    namespace: string | undefined,
    transitions: ReadonlyMap<string, Transition>,
  ) {
    this.#watches = watches
    this.#namespace = namespace
    this.#transitions = transitions
  }

  /** In the order of namespace, kind and name. */
  routes(): RouteStatus[] {
    return [...this.#shown.values()].sort(compareRoutes)
  }

  /**
   * Looks at all routes again, and at those that are new; answers with a line for each whose state, weights or
   * reason is another.
   */
  update(due: Iterable<RouteKey>, now: Date): string[] {
    return [...new Set([...this.#shown.keys(), ...due])].flatMap((key) => {
      const before = this.#shown.get(key)
      const after = this.#look(key, before, now)
      if (after) this.#shown.set(key, after)
      else this.#shown.delete(key)
      const [was, is] = [before && textOf(before), after && textOf(after)]
      return was === is ? [] : [`${now.toISOString()} ${key.replace('/', ' ')} ${is ?? 'is gone'}`]
    })
  }

  #look(key: RouteKey, before: RouteStatus | undefined, now: Date): RouteStatus | undefined {
    const route = this.#watches.route(key)
    if (!route || (this.#namespace !== undefined && route.namespace !== this.#namespace)) return undefined
    const judged = judgeRoute(route, this.#watches.readiness)
    const known = before === undefined ? sinceOf(route, this.#transitions.get(route.uid)) : undefined
    const status = statusOf(judged, this.#watches.readiness, known)
    if (before === undefined) return status
    const moved = weightsOf(before) !== weightsOf(status)
    return { ...status, since: moved ? now.toISOString() : before.since }
  }
}

const weightsOf = ({ splits }: RouteStatus): string =>
  JSON.stringify(splits.map(({ backends }) => backends.map(({ weight }) => weight > 0)))

const textOf = ({ splits, namespace }: RouteStatus): string =>
  splits
    .map((split) => `${stateText(split)}, active ${activeText(split.backends, namespace)}: ${split.why}`)
    .join('; ')
