import type { Recalled } from '../../core/policy/lost.ts'
import type { Lost } from '../../core/policy/types.ts'
import type { ServiceKey } from '../../core/types.ts'
import { localCluster } from '../../policies/drain.ts'
import {
  type FailoverPolicy,
  type PolicyTarget,
  policyNames,
  readFailoverPolicy,
} from '../../policies/failover-policy.ts'
import { namesText, objectKey } from '../../policies/object.ts'
import { PolicyBook } from '../../policies/policy-book.ts'
import { type PolicyIndex, type Share, sharesOf, targetsFound } from '../../policies/policy-index.ts'
import type { TargetOutcome } from '../../policies/policy-status.ts'
import { recalledOf } from '../../policies/recalled.ts'
import { placeOf } from '../../readiness/service-facts.ts'
import { codecs } from '../../routes/codecs.ts'
import { type RouteKey, routeKey } from '../../routes/key.ts'
import { readPolicy } from '../../routes/policy/annotations.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import { applyPolicies } from '../../routes/policy/policy.ts'
import { declaredIn, type Route } from '../../routes/route.ts'
import type { Cause } from '../queue.ts'
import { type KnownRoutes, OwnKind, type OwnKindOptions, type OwnKindsOptions } from './own-kind.ts'

export interface PolicyWatchOptions
  extends Omit<OwnKindOptions<FailoverPolicy>, 'names' | 'read' | 'book' | 'removed' | 'onKnown'>,
    Omit<KnownRoutes, 'index'> {
  /** Called with each route that other policies apply to than before. */
  readonly onDue: (key: RouteKey) => void
}

/** The key of a route that is a target; `undefined` for a kind that is not followed. */
export function routeKeyOfTarget({ group, kind, namespace, name }: PolicyTarget): RouteKey | undefined {
  const codec = codecs.find((one) => one.group === group && one.objectKind === kind)
  return codec && routeKey({ kind: codec.kind, namespace, name })
}

/** Watches FailoverPolicies if they are asked for, and makes routes due that other policies apply to than before. */
export function watchPolicies(
  tools: Omit<PolicyWatchOptions, 'rootNamespace' | 'namespaces' | 'onDue' | keyof KnownRoutes> & {
    readonly onDue: (key: RouteKey, cause: Cause) => void
  },
  { policies, ownNamespaces: namespaces }: OwnKindsOptions,
  { get, revise, keys, service }: KnownRoutes,
): PolicyWatch | undefined {
  if (policies === undefined) return undefined
  const onDue = (key: RouteKey) => tools.onDue(key, { at: tools.clock.now() })
  const places = { rootNamespace: policies, namespaces }
  return new PolicyWatch({ ...tools, ...places, get, revise, keys, service, onDue })
}

/** The FailoverPolicies of the cluster, and the routes with what they ask for. */
export class PolicyWatch {
  readonly book: PolicyBook
  readonly kind: OwnKind<FailoverPolicy>
  readonly #options: PolicyWatchOptions

  constructor(options: PolicyWatchOptions) {
    const { clock, rootNamespace, keys, get, onDue } = options
    this.#options = options
    this.book = new PolicyBook({
      clock,
      rootNamespace,
      onChange: (concerns) => {
        for (const key of keys()) {
          const route = get(key)
          if (!route || !concerns(placeOfRoute(route))) continue
          this.#forget([key])
          onDue(key)
        }
        this.kind.reportAll()
      },
    })
    this.kind = new OwnKind({
      ...options,
      names: policyNames,
      read: readFailoverPolicy,
      book: this.book,
      removed,
      onKnown: () => {
        for (const key of keys()) onDue(key)
      },
    })
  }

  /** A route with what policies ask for, whichever it had before. It is kept until a policy or a cluster is another. */
  applied(route: Route): Route {
    const { index } = this.book
    if (index.isEmpty) return declaredIn(route)
    const { get, revise, service } = this.#options
    const key = routeKey(route)
    const isKept = get(key) === route
    if (isKept && route.declaredSplits) return route
    const declared = declaredIn(route)
    const place = placeOfRoute(declared)
    const asked = { policies: index.of(place), wouldBe: index.wouldBe(place) }
    const applied = applyPolicies(declared, asked, (name) => placeOf(service(name), localCluster))
    if (isKept) revise(key, route, applied)
    return applied
  }

  /** How much a route follows of each of its policies, the most specific first. */
  shares(route: Route): readonly Share[] {
    const { index } = this.book
    return index.isEmpty ? [] : sharesIn(index, route)
  }

  /** How much a route would follow of each of its policies that are a DryRun, if none were one. */
  dryRuns(route: Route): readonly Share[] {
    const { shadow } = this.book.index
    return shadow ? sharesIn(shadow, route).filter(({ isDryRun: isOne }) => isOne) : []
  }

  /** What the status of the policy that targets a route says of a part of it; `undefined` if it says nothing. */
  recalled(key: RouteKey, where: string | undefined): Recalled | undefined {
    const route = this.#options.get(key)
    const { index } = this.book
    if (!route) return undefined
    const part = { where, all: route.splits.map((split) => split.where) }
    return recalledOf(placeOfRoute(route), part, index, (policy) => this.book.get(policy))
  }

  /** What was lost of a split (by its position) that is misconfigured, as a status says: the next one must say it, too. */
  lostBefore(key: RouteKey, index: number): Lost | undefined {
    const route = this.#options.get(key)
    const split = route && this.applied(route).splits[index]
    if (split?.problem === undefined) return undefined
    const { tier, lostAt } = this.recalled(key, split.where) ?? {}
    return tier === undefined || lostAt === undefined ? undefined : { tier, lostAt }
  }

  /** What has become of each target of a policy. */
  targets(policy: FailoverPolicy): readonly Omit<TargetOutcome, 'splits'>[] {
    const { get, service } = this.#options
    return targetsFound(this.book.index, policy, (target) => {
      if (target.level === 'service') return service(`${target.namespace}/${target.name}`) !== undefined
      const key = routeKeyOfTarget(target)
      return key !== undefined && get(key) !== undefined
    })
  }

  /** A Service came, went, or is not as before; it may be in another cluster, which matters to these routes. */
  seeService(name: ServiceKey, routes: Iterable<RouteKey>): void {
    this.#forget(routes)
    const isOf = ({ level, namespace, name: service }: PolicyTarget) =>
      level === 'service' && `${namespace}/${service}` === name
    for (const policy of this.book.all())
      if (policy.spec?.targets.some(isOf)) this.kind.report([objectKey(policy)])
  }

  /** What policies ask for of these routes is to be looked up again. */
  #forget(keys: Iterable<RouteKey>): void {
    const { get, revise } = this.#options
    for (const key of keys) {
      const route = get(key)
      if (route) revise(key, route, declaredIn(route))
    }
  }
}

function sharesIn(index: PolicyIndex, route: Route): Share[] {
  const own = readPolicy(route.annotations ?? {})?.sections ?? {}
  return sharesOf(index.appliedTo(placeOfRoute(route)), own)
}

const removed: OwnKindOptions<FailoverPolicy>['removed'] = (kept) => [
  { policies: kept.length },
  `the kind ${policyNames.plural}.${policyNames.group} was removed from the cluster while FailoverPolicies applied: ${namesText(kept)}; they apply until the kind is installed again, or the operator is restarted`,
]
