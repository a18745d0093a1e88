import type { JsonObject } from '../../../sandbox/json.ts'
import type { Random } from '../engine/random.ts'
import { farName } from '../far/place.ts'
import type { Stage } from './draw.ts'
import { rootNamespace } from './own-definitions.ts'
import { kinds, own, placeOf } from './route-owners.ts'
import type { StepOf, WorldSteps } from './step.ts'
import { thresholds } from './thresholds.ts'

export type NewPolicy = StepOf<WorldSteps, 'policy'>

/** Few names, so that policies are changed and meet each other; those of `depot` have no routes. */
export const policyNames = [`${own}/one`, `${own}/two`, `${own}/three`, `${rootNamespace}/one`, 'depot/one']

/** What a policy may be for, in the form of a reference. */
export const refTo = {
  route: (route: string): JsonObject => {
    const [resource = '', name = ''] = route.split('/')
    const { apiVersion = '', kind = '' } = kinds[resource] ?? {}
    return { group: apiVersion.split('/')[0] ?? '', kind, name }
  },
  service: (name: string): JsonObject => ({ group: '', kind: 'Service', name }),
  namespace: (name: string): JsonObject => ({ group: '', kind: 'Namespace', name }),
  mesh: { group: 'failover.linkerd.io', kind: 'Mesh', name: 'default' },
}

function targetIn({ routes, services }: Stage, namespace: string, random: Random): JsonObject {
  const apexes = [
    ...routes.map((route) => route.split('/')[1] ?? ''),
    ...services.map((one) => placeOf(one)[1]),
  ]
  if (namespace === rootNamespace) return refTo.mesh
  return random.pick([
    refTo.route(random.pick(routes)),
    refTo.route(random.pick(routes)),
    refTo.service(random.pick(apexes)),
    refTo.namespace(namespace),
  ])
}

/** A backend as a policy names it; `weighted`: with a weight. */
function backend(service: string, weighted: boolean, random: Random): JsonObject {
  const [namespace, name] = placeOf(service)
  return {
    name,
    ...(namespace === own ? {} : { namespace }),
    ...(random.chance(0.1) ? { port: random.pick([80, 81]) } : {}),
    ...(weighted ? { weight: random.pick([0, 1, 30, 70]) } : {}),
  }
}

/** Tiers by name or by cluster; now and then one of what no route has. */
export function tiersOf({ services }: Stage, random: Random): JsonObject[] {
  const rest = random.chance(0.7) ? [{ rest: {} }] : []
  if (random.chance(0.4))
    return [{ clusters: random.pick([['Local'], [farName], ['Local', farName], ['nowhere']]) }, ...rest]
  const drawn = [...new Set([random.pick(services), ...random.some(services, 0.5)])]
  const tiers: JsonObject[][] = [[]]
  for (const service of drawn) {
    const last = tiers.at(-1)
    if (last && (last.length === 0 || random.chance(0.3)))
      last.push(backend(service, random.chance(0.2), random))
    else tiers.push([backend(service, random.chance(0.2), random)])
  }
  return [
    ...tiers.map((backends) => ({ backends })),
    ...(random.chance(0.1) ? [{ backends: [{ name: 'nobody' }] }] : []),
    ...rest,
  ]
}

/** So many endpoints; how many Services of another cluster list is not told here, so of them none asks for a part. */
export function thresholdOf({ far }: Stage, random: Random): JsonObject {
  const some = thresholds.filter(({ percent }) => percent === undefined || far.size === 0)
  const { count, percent, expected } = random.pick(some)
  return {
    ...(count === 1 && expected !== undefined ? {} : { count }),
    ...(percent === undefined ? {} : { percent }),
    ...(expected === undefined ? {} : { expected }),
  }
}

const leaving = (random: Random): JsonObject =>
  random.pick<JsonObject>([
    { after: '20s' },
    { after: '10s', whenDown: '5s' },
    { whenDown: '10s' },
    { after: '1m' },
  ])

const returning = (stage: Stage, random: Random): JsonObject => ({
  ...random.pick<JsonObject>([{}, { after: '20s' }, { after: '60s' }, { after: '20s', atMost: '1m20s' }]),
  ...(random.chance(0.3) ? { minReady: thresholdOf(stage, random) } : {}),
})

/** How many moves that are not needed there may be; quick enough for every rest. */
const limitsOf = (random: Random): JsonObject =>
  random.pick<JsonObject>([
    { movesPerSecond: 0.5 },
    { movesPerSecond: 2 },
    { stopAtPercent: 20 },
    { movesPerSecond: 1, stopAtPercent: 40 },
  ])

/** Some sections, at least one. */
export function sectionsOf(stage: Stage, random: Random): JsonObject {
  const sections: JsonObject = {
    ...(random.chance(0.5) ? { tiers: tiersOf(stage, random) } : {}),
    ...(random.chance(0.5) ? { minReady: thresholdOf(stage, random) } : {}),
    ...(random.chance(0.4) ? { failover: leaving(random) } : {}),
    ...(random.chance(0.6) ? { failback: returning(stage, random) } : {}),
  }
  return Object.keys(sections).length > 0 ? sections : { failback: { after: '20s' } }
}

/** Now and then a policy is tried first. */
const enforcement = (random: Random): JsonObject => (random.chance(0.2) ? { enforcement: 'DryRun' } : {})

/** A policy as somebody applies it. */
export function newPolicy(stage: Stage, random: Random, policy = random.pick(policyNames)): NewPolicy {
  const [namespace] = placeOf(policy)
  const refs = Array.from({ length: random.pick([1, 1, 1, 2]) }, () => targetIn(stage, namespace, random))
  const targetRefs = refs.filter(
    (one, place) => refs.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === place,
  )
  const limits = namespace === rootNamespace && random.chance(0.4) ? { limits: limitsOf(random) } : {}
  const sections = { ...sectionsOf(stage, random), ...limits }
  return { do: 'policy', policy, spec: { targetRefs, ...enforcement(random), ...sections } }
}

/** The same policy with other sections, or another target. */
export function changedPolicy(one: NewPolicy, stage: Stage, random: Random): NewPolicy {
  const { targetRefs = [], enforcement: _, ...others } = one.spec
  const sections = { ...enforcement(random), ...others }
  const [namespace] = placeOf(one.policy)
  const next = random.chance(0.8)
    ? { targetRefs, ...sections, ...sectionsOf(stage, random) }
    : { targetRefs: [targetIn(stage, namespace, random)], ...sections }
  return { ...one, spec: next }
}

/** Something that makes no sense; the definition in the stories takes it. */
export function wrongPolicy(stage: Stage, random: Random): NewPolicy {
  const one = newPolicy(stage, random)
  const { spec } = one
  return random.pick<NewPolicy>([
    { ...one, spec: { ...spec, targetRefs: [] } },
    { ...one, spec: { ...spec, minReady: { count: 0 } } },
    { ...one, spec: { ...spec, minReady: { count: 'many' } } },
    { ...one, spec: { ...spec, failback: { after: 'soon' } } },
    { ...one, spec: { ...spec, failover: { after: '99999h' } } },
    { ...one, spec: { ...spec, tiers: [{ rest: {} }, { clusters: ['Local'] }] } },
    { ...one, spec: { ...spec, tiers: [{ rest: {}, clusters: ['Local'] }] } },
    { ...one, spec: { ...spec, tiers: [{ backends: [{ name: 'web' }] }, { backends: [{ name: 'web' }] }] } },
    { ...one, spec: { ...spec, tiers: [{ backends: [{ name: 'web', weight: 0 }] }] } },
    { ...one, spec: { ...spec, limits: { movesPerSecond: 0 } } },
    {
      ...one,
      policy: `${own}/one`,
      spec: { ...spec, targetRefs: [refTo.namespace(own)], limits: { movesPerSecond: 1 } },
    },
    { ...one, policy: `${own}/one`, spec: { ...spec, targetRefs: [refTo.mesh] } },
    { ...one, policy: `${own}/one`, spec: { ...spec, targetRefs: [refTo.namespace('depot')] } },
    {
      ...one,
      policy: `${own}/one`,
      spec: { ...spec, targetRefs: [{ group: 'apps', kind: 'Deployment', name: 'web' }] },
    },
  ])
}
