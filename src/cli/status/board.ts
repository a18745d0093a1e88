import type { ClusterWatch } from '../../controller/watch/cluster-watch.ts'
import { justSeen } from '../../core/policy/patience.ts'
import type { ServiceKey } from '../../core/types.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import { type KeyParts, partsOf, type RouteKey, routeTitle } from '../../routes/key.ts'
import { type DrainItem, drainItems } from '../drains/list.ts'
import { downGatewayIn, type GatewaysRead } from '../explain/gateways.ts'
import { pastOf } from '../policies/past.ts'
import { compareRoutes } from '../snapshot.ts'
import { Finder, type Surroundings, servicesIn } from './findings.ts'
import { beganOf, type FoundStatus, routeData, statusOf } from './route-status.ts'
import { activeText, reasonsOf, stateText } from './table.ts'

/** The caches that the board reads. */
type Caches = Pick<
  ClusterWatch,
  'route' | 'readiness' | 'account' | 'clusterOf' | 'circumstances' | 'policies' | 'drains' | 'service'
>

/** A route whose state, weights, reason or findings are others than before. */
export interface Change {
  readonly at: Date
  readonly route: KeyParts
  /** `undefined` if it is gone. */
  readonly status: FoundStatus | undefined
}

/** As a line for people. */
export const changeText = ({ at, route, status }: Change): string =>
  `${at.toISOString()} ${routeTitle(route)} ${status ? textOf(status) : 'is gone'}`

/** As an object for programs. */
export const changeData = ({ at, route, status }: Change) => ({
  at: at.toISOString(),
  ...(status ? { route: routeData(status) } : { gone: route }),
})

export interface BoardOptions {
  readonly watches: Caches
  /** Of the routes; all without it. */
  readonly namespace: string | undefined
  /** Those whose Services are watched; all without it. */
  readonly serviceNamespaces: readonly string[] | undefined
  /** What else findings depend on, as of now. */
  readonly around: () => Surroundings
  /** The gateways of other clusters, as of now; null if nothing is known of them. */
  readonly gateways: () => GatewaysRead['gateways']
}

/** The present status of the routes. */
export class Board {
  readonly #options: BoardOptions
  readonly #finder = new Finder()
  readonly #shown = new Map<RouteKey, FoundStatus>()

  constructor(options: BoardOptions) {
    this.#options = options
  }

  /** In the order of namespace, kind and name. */
  routes(): FoundStatus[] {
    return [...this.#shown.values()].sort((a, b) => compareRoutes(a.facts, b.facts))
  }

  /** The Drains that have not ended at this time of day (epoch ms). */
  drains(today: number): DrainItem[] {
    const { drains } = this.#options.watches
    if (!drains) return []
    return drainItems({ drains: [...drains.book.all()], rootNamespace: drains.kind.rootNamespace }, today)
  }

  /**
   * Looks at all routes again, and at those that are new; answers with each whose state, weights, reason or findings
   * are others.
   */
  update(due: Iterable<RouteKey>, now: Date): Change[] {
    const { watches, serviceNamespaces, around, gateways } = this.#options
    const judged = new Map(
      [...new Set([...this.#shown.keys(), ...due])].map((key) => [key, this.#judge(key, now)]),
    )
    const routes = [...judged.values()].flatMap((one) => one?.route ?? [])
    const service = servicesIn(watches.service, serviceNamespaces)
    const downGateway = downGatewayIn({ gateways: gateways() }, { facts: { get: knownIn(watches) } })
    const { readiness } = watches
    const findingsOf = this.#finder.among(routes, around(), { service, readiness, downGateway })
    return [...judged].flatMap(([key, one]) => {
      const before = this.#shown.get(key)
      const after = one && { ...this.#statusOf(one, before, now), findings: findingsOf(one) }
      if (after) this.#shown.set(key, after)
      else this.#shown.delete(key)
      const [was, is] = [before && textOf(before), after && textOf(after)]
      return was === is ? [] : [{ at: now, route: partsOf(key), status: after }]
    })
  }

  #judge(key: RouteKey, now: Date): Judged | undefined {
    const { watches, namespace } = this.#options
    const route = watches.route(key)
    if (!route || (namespace !== undefined && route.namespace !== namespace)) return undefined
    const today = now.getTime()
    const { policies } = watches
    const known = policies && { index: policies.book.index, byKey: (one: string) => policies.book.get(one) }
    return judgeRoute(route, watches.readiness, {
      past: known ? pastOf(route, known, today) : () => justSeen,
      today,
      ...watches.circumstances(route),
    })
  }

  #statusOf(judged: Judged, before: FoundStatus | undefined, now: Date) {
    const { watches, around } = this.#options
    const events = around().events.get(judged.route.uid) ?? []
    const status = statusOf(judged, watches, beganOf(judged, events, now.getTime()))
    if (before === undefined) return status
    const { state, since, sinceBefore } = before.facts
    const began =
      state === status.facts.state ? { since, sinceBefore } : { since: now.toISOString(), sinceBefore: null }
    return { ...status, facts: { ...status.facts, ...began } }
  }
}

/** A Service, if it is known that there is one. */
const knownIn =
  ({ service }: Caches) =>
  (name: ServiceKey) => {
    const facts = service(name)
    return facts === 'unknown' ? undefined : facts
  }

const textOf = ({ facts: { splits, namespace }, reasons, findings }: FoundStatus): string =>
  [
    ...splits.map(
      (split, index) =>
        `${stateText(split)}, active ${activeText(split.backends, namespace)}: ${reasons[index]}`,
    ),
    ...(findings.length === 0 ? [] : [`findings: ${reasonsOf(findings)}`]),
  ].join('; ')
