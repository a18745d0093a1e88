import type { Drain } from '../../policies/drain.ts'
import { isInEffect } from '../../policies/drain-index.ts'
import type { PolicyTarget } from '../../policies/failover-policy.ts'
import { objectKey } from '../../policies/object.ts'
import { isDryRun, PolicyIndex, problemOf, sharesOf, targetsFound } from '../../policies/policy-index.ts'
import { acceptedOf } from '../../policies/policy-status.ts'
import { readPolicy } from '../../routes/policy/annotations.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import { backendServices, type Route } from '../../routes/route.ts'
import type { Planned } from '../drains/foresee.ts'
import { indexOf } from '../drains/read-drains.ts'
import type { Snapshot } from '../snapshot.ts'
import type { FromFile, PolicyFiles } from './policy-files.ts'
import { withPolicies } from './read-policies.ts'

/** What would become of an object of a file; `-o json` shows it so. */
export interface Tried {
  readonly kind: 'FailoverPolicy' | 'Drain'
  readonly namespace: string
  readonly name: string
  /** The file, and where in it. */
  readonly source: string
  /** It is in the cluster already, and would be replaced. */
  readonly replaces: boolean
  /** Whether the operator would follow it for at least one target. */
  readonly accepted: boolean
  /** As in its condition `Accepted`, or as of a Drain. */
  readonly reason: string
  readonly message: string
  /** It would move nothing: the operator would only report what it would do. */
  readonly dryRun: boolean
  /** How many routes would follow a part of it, if it were no DryRun; of those that were read. */
  readonly routes: number
}

/** A cluster in which the objects of files are applied. */
export interface Trial {
  /** The routes of the snapshot, in their order, with the policies as they would be. */
  readonly routes: readonly Route[]
  readonly drains: readonly Planned[]
  readonly tried: readonly Tried[]
}

/** What the operator would follow: its namespace, and the namespace that was looked at; all if it is `undefined`. */
export interface TrialScope {
  readonly rootNamespace: string
  readonly namespace: string | undefined
}

/** Applies the objects of files to a snapshot, in the place of those with their names. A new one is the youngest. */
export function tryFiles(files: PolicyFiles, snapshot: Snapshot, scope: TrialScope): Trial {
  const { policies, today } = snapshot
  const known = new Map(policies.policies.map((policy) => [objectKey(policy), policy]))
  const written = files.policies.map(({ object, source }) => {
    const before = known.get(objectKey(object))
    return { object: { ...object, createdAt: before ? before.createdAt : today }, source, before }
  })
  for (const { object } of written) known.set(objectKey(object), object)
  const index = new PolicyIndex(known.values(), scope.rootNamespace)
  const routes = snapshot.routes.map((route) => withPolicies(route, { index }, snapshot))
  const followed = countFollowed(snapshot.routes, index)
  const wouldFollow = countFollowed(snapshot.routes, index.shadow ?? index)
  const there = isThere(snapshot, scope)
  const tried = written.map(({ object, source, before }): Tried => {
    const problem = problemOf(object, scope.rootNamespace)
    const { status, reason, message } = acceptedOf({ problem, targets: targetsFound(index, object, there) })
    return {
      ...headOf('FailoverPolicy', object, source),
      replaces: before !== undefined,
      accepted: status === 'True',
      reason,
      message,
      dryRun: isDryRun(object),
      routes: (isDryRun(object) ? wouldFollow : followed).get(objectKey(object)) ?? 0,
    }
  })
  return {
    routes,
    drains: files.drains.flatMap(({ object }) => plannedOf(object, scope)),
    tried: [...tried, ...files.drains.map((drain) => triedDrain(drain, snapshot, scope))],
  }
}

const headOf = (
  kind: Tried['kind'],
  { namespace, name }: Pick<Drain, 'namespace' | 'name'>,
  source: string,
) => ({
  kind,
  namespace,
  name,
  source,
})

function plannedOf({ namespace, name, spec }: Drain, { rootNamespace }: TrialScope): Planned[] {
  return spec ? [{ namespace, name, spec, forAllRoutes: namespace === rootNamespace }] : []
}

function triedDrain(
  { object, source }: FromFile<Drain>,
  snapshot: Snapshot,
  { rootNamespace }: TrialScope,
): Tried {
  const { routes, today, drains } = snapshot
  const index = indexOf({ drains: [object], rootNamespace }, snapshot, today)
  const isDrained = (route: Route) =>
    backendServices(route).some((service) => index.drainsOf(route.namespace, service).length > 0)
  const count = routes.filter(isDrained).length
  const isOver = !isInEffect(object, today)
  const [reason, message] = isOver
    ? ['Expired', 'its time, spec.until, is over']
    : count === 0
      ? ['NothingMatches', 'it takes out no backend of a controlled route']
      : ['Accepted', 'the operator follows it']
  return {
    ...headOf('Drain', object, source),
    replaces: drains.drains.some((drain) => objectKey(drain) === objectKey(object)),
    accepted: !isOver,
    reason,
    message,
    dryRun: false,
    routes: count,
  }
}

/** By policy: how many routes follow at least one of its sections. */
function countFollowed(routes: readonly Route[], index: PolicyIndex): ReadonlyMap<string, number> {
  const followed = new Map<string, number>()
  for (const route of routes) {
    const own = readPolicy(route.annotations ?? {})?.sections ?? {}
    for (const { policy, follows } of sharesOf(index.appliedTo(placeOfRoute(route)), own))
      if (follows !== 'none') followed.set(policy, (followed.get(policy) ?? 0) + 1)
  }
  return followed
}

/** Finds targets among what was read; one of a namespace that was not is taken to be there. */
function isThere({ routes, facts }: Snapshot, scope: TrialScope): (target: PolicyTarget) => boolean {
  const places = new Set(routes.map((route) => textOf(placeOfRoute(route))))
  return (target) => {
    const { level, namespace, name } = target
    if (scope.namespace !== undefined && scope.namespace !== namespace) return true
    return level === 'service' ? facts.get(`${namespace}/${name}`) !== undefined : places.has(textOf(target))
  }
}

const textOf = ({ group, kind, namespace, name }: Omit<PolicyTarget, 'level'>): string =>
  `${group}/${kind}/${namespace}/${name}`
