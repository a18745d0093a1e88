import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import { type Drain, type DrainSpec, type DrainTarget, localCluster } from '../../policies/drain.ts'
import { objectKey } from '../../policies/object.ts'
import { placeOf } from '../../readiness/service-facts.ts'
import type { RouteCircumstances } from '../../routes/judge.ts'
import { backendServices, type Route } from '../../routes/route.ts'
import { badAnswer, type Failure } from '../failure.ts'
import type { Snapshot } from '../snapshot.ts'
import { circumstancesBy, indexOf } from './read-drains.ts'
import { targetText } from './target.ts'

/** A Drain that is not in the cluster yet. */
export interface Planned {
  readonly namespace: string
  readonly name: string
  readonly spec: DrainSpec
  /** It is for all routes, whatever its namespace. */
  readonly forAllRoutes: boolean
}

/** The circumstances of a snapshot with more Drains, in the place of those with their names. */
export function circumstancesWith(
  planned: readonly Planned[],
  { drains, facts, today }: Pick<Snapshot, 'drains' | 'facts' | 'today'>,
): (route: Route) => RouteCircumstances {
  const { rootNamespace } = drains
  const names = new Set(planned.map(objectKey))
  const known = rootNamespace === undefined ? [] : drains.drains
  const others = known.filter((drain) => !names.has(objectKey(drain)))
  const root = planned.find(({ forAllRoutes }) => forAllRoutes)?.namespace ?? rootNamespace ?? programName
  return circumstancesBy(
    { drains: [...others, ...planned.map(drainOf)], rootNamespace: root },
    { facts },
    today,
  )
}

const drainOf = ({ namespace, name, spec }: Planned): Drain => ({
  namespace,
  name,
  uid: '',
  generation: 0,
  createdAt: undefined,
  spec,
  problem: undefined,
  status: undefined,
})

/** A failure if one of the targets takes out no backend of any route: it is mistyped. */
export function findUnused(
  targets: readonly DrainTarget[],
  { routes, facts, today }: Snapshot,
): Result<void, Failure> {
  const services = [...new Set(routes.flatMap(backendServices))]
  const unused = targets.find((target) => !takesOut(target, services, { facts, today }))
  if (unused === undefined) return ok(undefined)
  const places = services.flatMap((service) => placeOf(facts.get(service), localCluster) ?? [])
  const known = 'cluster' in unused ? [...new Set(places)].sort() : [...services].sort()
  const hint = known.length === 0 ? 'there are no such routes' : `choose one of: ${shortened(known)}`
  return err(badAnswer(`no controlled route has a backend that ${targetText(unused)} would take out`, hint))
}

function takesOut(
  target: DrainTarget,
  services: readonly ServiceKey[],
  { facts, today }: Pick<Snapshot, 'facts' | 'today'>,
): boolean {
  const spec = { from: [target], until: Number.POSITIVE_INFINITY, reason: '', lastResort: 'Allow' } as const
  const drain = drainOf({ namespace: programName, name: '', spec, forAllRoutes: true })
  const index = indexOf({ drains: [drain], rootNamespace: programName }, { facts }, today)
  return services.some((service) => index.drainsOf(programName, service).length > 0)
}

const shortened = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
