import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Version } from './kind-facts.ts'
import type { PolicySpec, Target } from './read-policy.ts'
import { type Level, levels, mergedOf, type Sections } from './sections.ts'

/** What of a route policies may target. */
export interface Place {
  readonly namespace: string
  readonly group: string
  readonly kind: string
  readonly name: string
  /** Names of the Services of its namespace by which clients reach it. */
  readonly apexes: readonly string[]
}

export function placeOf({ apiVersion, kind, metadata, spec }: KubeObject): Place {
  const { namespace = '', name } = metadata
  const parts = isObject(spec) ? spec : {}
  const parents = Array.isArray(parts.parentRefs) ? parts.parentRefs.filter(isObject) : []
  const ofGateway = parents
    .filter((parent) => parent.kind === 'Service' && (parent.namespace ?? namespace) === namespace)
    .map((parent) => String(parent.name))
  const apexes = kind === 'TrafficSplit' ? [String(parts.service)] : ofGateway
  return { namespace, group: apiVersion.split('/')[0] ?? '', kind, name, apexes }
}

/** What policies, all of them valid, ask for at a place; `undefined` if none is for it. Of one level the oldest counts. */
export function sectionsFor(place: Place, policies: readonly Version<PolicySpec>[]): Sections | undefined {
  const found = winnersAt(place, policies).flatMap(({ version, level }) =>
    version.spec ? [atLevel(version.spec, level)] : [],
  )
  return found.length > 0 ? mergedOf(found) : undefined
}

/** The policies, all of them valid, that a place follows by each level, the most specific first. */
export function winnersAt(place: Place, policies: readonly Version<PolicySpec>[]) {
  const byAge = [...policies].sort(older)
  return levels.flatMap((level) => {
    const version = byAge.find((one) => isFor(one, place, level))
    return version ? [{ version, level }] : []
  })
}

/** A policy of the Mesh makes sense in one namespace only. */
export const isValid = ({ key, spec }: Version<PolicySpec>, rootNamespace: string): boolean =>
  spec !== undefined &&
  (key.startsWith(`${rootNamespace}/`) || !spec.targets.some(({ level }) => level === 'mesh'))

/** The older one first, then by name. */
export const older = (a: Version<PolicySpec>, b: Version<PolicySpec>): number =>
  (a.spec?.createdAt ?? 0) - (b.spec?.createdAt ?? 0) || (a.key < b.key ? -1 : 1)

/** Whether one of its targets of a level is a place. Who may edit a namespace steers no routes of another. */
const isFor = ({ key, spec }: Version<PolicySpec>, place: Place, level: Level): boolean =>
  spec?.targets.some((target) => {
    if (target.level !== level) return false
    return level === 'mesh' || (key.startsWith(`${place.namespace}/`) && isOf(target, place))
  }) === true

function isOf({ level, group, kind, name }: Target, place: Place): boolean {
  if (level === 'service') return place.apexes.includes(name)
  if (level === 'namespace') return name === place.namespace
  return group === place.group && kind === place.kind && name === place.name
}

function atLevel({ sections: { tiers, ...others }, isLimiting }: PolicySpec, level: Level): Sections {
  return {
    ...others,
    ...(tiers ? { tiers: { asked: tiers, level } } : {}),
    ...(isLimiting ? { isLimited: true } : {}),
  }
}
