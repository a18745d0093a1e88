import type { ClusterWatch } from '../../controller/watch/cluster-watch.ts'
import { justSeen } from '../../core/policy/patience.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { type KeyParts, partsOf, type RouteKey, routeTitle } from '../../routes/key.ts'
import { sinceOf } from '../../routes/since.ts'
import { type DrainItem, drainItems } from '../drains/list.ts'
import { compareRoutes } from '../snapshot.ts'
import type { EventsByRoute } from './events.ts'
import { type RouteStatus, statusOf } from './route-status.ts'
import { activeText, stateText } from './table.ts'

/** The caches that the board reads. */
type Caches = Pick<ClusterWatch, 'route' | 'readiness' | 'account' | 'clusterOf' | 'drained' | 'drains'>

/** A route whose state, weights or reason is another than before. */
export interface Change {
  readonly at: Date
  readonly route: KeyParts
  /** `undefined` if it is gone. */
  readonly status: RouteStatus | undefined
}

/** As a line for people. */
export const changeText = ({ at, route, status }: Change): string =>
  `${at.toISOString()} ${routeTitle(route)} ${status ? textOf(status) : 'is gone'}`

/** As an object for programs. */
export const changeData = ({ at, route, status }: Change) => ({
  at: at.toISOString(),
  ...(status ? { route: status.facts } : { gone: route }),
})

/** The present status of the routes, updated one by one. */
export class Board {
  readonly #watches: Caches
  readonly #namespace: string | undefined
  readonly #events: EventsByRoute
  readonly #shown = new Map<RouteKey, RouteStatus>()

  /** `events` are what the cluster remembers from before. */
  constructor(watches: Caches, namespace: string | undefined, events: EventsByRoute) {
    this.#watches = watches
    this.#namespace = namespace
    this.#events = events
  }

  /** In the order of namespace, kind and name. */
  routes(): RouteStatus[] {
    return [...this.#shown.values()].sort((a, b) => compareRoutes(a.facts, b.facts))
  }

  /** The Drains that have not ended at this time of day (epoch ms). */
  drains(today: number): DrainItem[] {
    const { drains } = this.#watches
    if (!drains) return []
    return drainItems({ drains: [...drains.book.all()], rootNamespace: drains.kind.rootNamespace }, today)
  }

  /**
   * Looks at all routes again, and at those that are new; answers with each whose state, weights or reason is
   * another.
   */
  update(due: Iterable<RouteKey>, now: Date): Change[] {
    return [...new Set([...this.#shown.keys(), ...due])].flatMap((key) => {
      const before = this.#shown.get(key)
      const after = this.#look(key, before, now)
      if (after) this.#shown.set(key, after)
      else this.#shown.delete(key)
      const [was, is] = [before && textOf(before), after && textOf(after)]
      return was === is ? [] : [{ at: now, route: partsOf(key), status: after }]
    })
  }

  #look(key: RouteKey, before: RouteStatus | undefined, now: Date): RouteStatus | undefined {
    const route = this.#watches.route(key)
    if (!route || (this.#namespace !== undefined && route.namespace !== this.#namespace)) return undefined
    const judged = judgeRoute(route, this.#watches.readiness, {
      past: () => justSeen,
      today: now.getTime(),
      drained: this.#watches.drained(route),
    })
    const known = before === undefined ? sinceOf(judged, this.#events.get(route.uid) ?? []) : undefined
    const status = statusOf(judged, this.#watches, known)
    if (before === undefined) return status
    const moved = before.facts.state !== status.facts.state
    const since = moved ? now.toISOString() : before.facts.since
    return { ...status, facts: { ...status.facts, since } }
  }
}

const textOf = ({ facts: { splits, namespace }, reasons }: RouteStatus): string =>
  splits
    .map(
      (split, index) =>
        `${stateText(split)}, active ${activeText(split.backends, namespace)}: ${reasons[index]}`,
    )
    .join('; ')
