import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Version } from './kind-facts.ts'
import { isValid, older, type Place, placeOf, winnersAt } from './policy-levels.ts'
import type { PolicySpec, Target } from './read-policy.ts'

/** How a route with policies is, as far as that is certain. */
export interface Outcome {
  readonly object: KubeObject
  /** The sections that its annotations decide. */
  readonly own: readonly string[]
  /** A later tier serves a part of it. */
  readonly isAway: boolean | 'unclear'
  /** Nothing of a part of it is ready. */
  readonly isDark: boolean | 'unclear'
  /** It may await that a person approves its return; nothing else is awaited after a rest. */
  readonly mayWait: boolean
}

/** All that a status is about. */
export interface World {
  readonly rootNamespace: string
  /** The policies of the cluster. */
  readonly policies: readonly Version<PolicySpec>[]
  /** The routes that are controlled. */
  readonly routes: readonly Outcome[]
  readonly isService: (key: string) => boolean
}

/** What is wrong with the status of a policy after a time of rest; `undefined` if it is true. */
export function wrongStatus(key: string, { metadata, status }: KubeObject, world: World): string | undefined {
  const policy = world.policies.find((one) => one.key === key)
  if (!policy) return undefined
  const conditions =
    isObject(status) && Array.isArray(status.conditions) ? status.conditions.filter(isObject) : []
  const accepted = acceptedOf(policy, world)
  const counts = accepted === 'Invalid' ? undefined : countsOf(policy, world)
  const expected = {
    Accepted: textOf(accepted === 'Accepted' ? 'True' : 'False', accepted),
    Programmed: counts ? programmedOf(accepted, counts, policy) : 'False Invalid',
    OnFirstTier: onFirstTierOf(counts),
  }
  for (const [type, should] of Object.entries(expected)) {
    const one = conditions.find((condition) => condition.type === type)
    const is = textOf(String(one?.status), String(one?.reason))
    if (should !== undefined && is !== should)
      return `its condition ${type} is ${is}, and should be ${should}`
  }
  const observed = isObject(status) ? status.observedGeneration : undefined
  if (observed !== metadata.generation)
    return `it is about generation ${observed}, and should be about ${metadata.generation}`
  return counts && wrongCounts(isObject(status) && isObject(status.routes) ? status.routes : {}, counts)
}

const textOf = (status: string, reason: string) => `${status} ${reason}`

/** The valid policies that count beside one: a DryRun is none for what is enforced. */
const besides = ({ spec }: Version<PolicySpec>, { policies, rootNamespace }: World) =>
  policies.filter(
    (one) => isValid(one, rootNamespace) && (spec?.isDryRun === true || one.spec?.isDryRun === false),
  )

/** The reason of the condition. */
function acceptedOf(policy: Version<PolicySpec>, world: World): string {
  const { spec, key } = policy
  if (!spec || !isValid(policy, world.rootNamespace)) return 'Invalid'
  const [namespace = ''] = key.split('/')
  const reasons = spec.targets.map((target) => {
    const rivals = besides(policy, world).filter((one) => isAimedAt(one, target, namespace))
    if (rivals.sort(older)[0] !== policy) return 'Conflicted'
    return isThere(target, namespace, world) ? 'Accepted' : 'TargetNotFound'
  })
  return reasons.find((reason) => reason === 'Accepted') ?? reasons[0] ?? 'Invalid'
}

/** Whether a policy has a target of another one, which is in a namespace. */
const isAimedAt = ({ key, spec }: Version<PolicySpec>, target: Target, namespace: string): boolean =>
  spec?.targets.some(
    (one) =>
      one.level === target.level &&
      (one.level === 'mesh' ||
        (key.startsWith(`${namespace}/`) &&
          one.group === target.group &&
          one.kind === target.kind &&
          one.name === target.name)),
  ) === true

function isThere({ level, group, kind, name }: Target, namespace: string, world: World): boolean {
  if (level === 'service') return world.isService(`${namespace}/${name}`)
  if (level !== 'route') return true
  const isIt = (place: Place) =>
    place.namespace === namespace && place.group === group && place.kind === kind && place.name === name
  return world.routes.some(({ object }) => isIt(placeOf(object)))
}

/** How many routes follow a policy, at least and at most where that is not clear. */
interface Counts {
  total: number
  partly: number
  wholly: number
  readonly away: [least: number, most: number]
  readonly dark: [least: number, most: number]
  readonly waiting: [least: number, most: number]
}

function countsOf(policy: Version<PolicySpec>, world: World): Counts {
  const counts: Counts = { total: 0, partly: 0, wholly: 0, away: [0, 0], dark: [0, 0], waiting: [0, 0] }
  for (const route of world.routes) {
    const share = shareOf(policy, route, world)
    if (share === undefined) continue
    counts[share === 'none' ? 'wholly' : 'total'] += 1
    if (share === 'none') continue
    if (share === 'some') counts.partly += 1
    // How it would be is not judged.
    const isDryRun = policy.spec?.isDryRun === true
    add(counts.away, isDryRun ? 'unclear' : route.isAway)
    add(counts.dark, isDryRun ? 'unclear' : route.isDark)
    add(counts.waiting, (isDryRun || route.mayWait) && 'unclear')
  }
  return counts
}

/** How much of what a policy asks for a route follows; `undefined` if the policy is not for it. */
function shareOf(
  policy: Version<PolicySpec>,
  { object, own }: Outcome,
  world: World,
): 'all' | 'some' | 'none' | undefined {
  const winners = winnersAt(placeOf(object), besides(policy, world)).map(({ version }) => version)
  const rank = winners.indexOf(policy)
  if (rank < 0) return undefined
  const sectionsOf = ({ spec }: Version<PolicySpec>) => Object.keys(spec?.sections ?? {})
  const taken = new Set([...own, ...winners.slice(0, rank).flatMap(sectionsOf)])
  const asked = sectionsOf(policy)
  const followed = asked.filter((name) => !taken.has(name))
  if (followed.length === asked.length) return 'all'
  return followed.length > 0 ? 'some' : 'none'
}

function add(range: [least: number, most: number], is: boolean | 'unclear'): void {
  if (is === true) range[0] += 1
  if (is !== false) range[1] += 1
}

function programmedOf(
  accepted: string,
  { total, partly, wholly }: Counts,
  { spec }: Version<PolicySpec>,
): string {
  if (accepted !== 'Accepted') return textOf('False', accepted)
  if (spec?.isDryRun) return textOf('False', 'DryRun')
  if (wholly > 0 && total === 0) return textOf('False', 'Overridden')
  return textOf('True', partly + wholly > 0 ? 'PartiallyProgrammed' : 'Programmed')
}

function onFirstTierOf(counts: Counts | undefined): string | undefined {
  if (!counts || counts.total === 0) return textOf('Unknown', 'NoRoutes')
  if (counts.away[1] === 0) return textOf('True', 'OnFirstTier')
  return counts.away[0] > 0 ? textOf('False', 'Away') : undefined
}

function wrongCounts(routes: JsonObject, { total, away, dark, waiting }: Counts): string | undefined {
  const expected = { total: [total, total], away, waiting, dark }
  for (const [name, [least = 0, most = 0]] of Object.entries(expected)) {
    const is = Number(routes[name])
    if (!(is >= least && is <= most))
      return `it counts ${routes[name]} routes as ${name}, of ${least} to ${most}`
  }
  return undefined
}
