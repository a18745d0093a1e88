import type { RouteFacts, SplitItem } from '../../api/schema.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightOf } from '../../core/split.ts'
import { primaryServes } from '../../core/transition.ts'
import type { Backend, ReadinessOf, ServiceKey, Split } from '../../core/types.ts'
import type { Judged } from '../../routes/judge.ts'

/**
 * What would happen to a split, worst first. Dark: no backend that gets its traffic is ready. It moves if another backend
 * comes first than before, by a policy.
 */
export const effects = [
  'goes dark',
  'stays dark',
  'fails over',
  'moves',
  'redistributes',
  'fails back',
  'recovers',
  'stays',
] as const
export type Effect = (typeof effects)[number]

export interface SplitEffect extends Pick<SplitItem, 'where' | 'sentence'> {
  readonly effect: Effect
  /** Who gets traffic now, once the operator has written what is due. */
  readonly before: readonly ServiceKey[]
  /** Who would get it then. */
  readonly after: readonly ServiceKey[]
}

/**
 * What would become of a route, as `-o json` shows it: named as the API names it; the sentences are those of
 * then.
 */
export interface RouteEffect extends Pick<RouteFacts, 'apiVersion' | 'kind' | 'namespace' | 'name'> {
  /** The worst of its splits. */
  readonly effect: Effect
  readonly splits: readonly SplitEffect[]
}

/** The same with what a table says of it. */
export interface Fate {
  readonly route: RouteEffect
  /** By split: the part of its sentence that says why. */
  readonly reasons: readonly string[]
}

/** Compares a route as the operator leaves it now with what it would make of it in another world. */
export function effectOn(
  { route, verdicts }: Judged,
  now: ReadinessOf,
  judged: Judged,
  then: ReadinessOf,
): Fate {
  const splits = verdicts.flatMap((verdict, index): SplitEffect[] => {
    const other = judged.verdicts[index]
    if (!other) return []
    const before = applyPlan(verdict.split, verdict.plan)
    const after = applyPlan(other.split, other.plan)
    const effect = compare(before, isDark(before, now), after, isDark(after, then))
    const where = verdict.split.where ?? null
    const { sentence } = other
    return [{ where, effect, before: activeOf(before), after: activeOf(after), sentence }]
  })
  const effect = effects.find((worst) => splits.some((split) => split.effect === worst)) ?? 'stays'
  const { apiVersion, kind, namespace, name } = route
  return {
    route: { apiVersion, kind, namespace, name, effect, splits },
    reasons: judged.verdicts.map(({ reason }) => reason),
  }
}

function compare(before: Split, wasDark: boolean, after: Split, isDarkThen: boolean): Effect {
  if (isDarkThen) return wasDark ? 'stays dark' : 'goes dark'
  if (wasDark) return 'recovers'
  const isSame = String(activeOf(before)) === String(activeOf(after))
  if (!isSamePrimary(before, after)) return isSame ? 'stays' : 'moves'
  const [served, serves] = [primaryServes(before), primaryServes(after)]
  if (served !== serves) return served ? 'fails over' : 'fails back'
  return isSame ? 'stays' : 'redistributes'
}

/** Tiers name no port of their primary, so any port is the same one. */
const isSamePrimary = (before: Split, after: Split): boolean =>
  before.primary === after.primary &&
  (before.primaryPort ?? after.primaryPort) === (after.primaryPort ?? before.primaryPort)

const activeOf = (split: Split): ServiceKey[] => [
  ...new Set(activeBackends(split).map(({ service }) => service)),
]

const activeBackends = (split: Split): Backend[] =>
  split.backends.filter((backend) => weightOf(split, backend) > 0)

/** What is unknown may serve: only backends that are known to be down make a split dark. */
const isDark = (split: Split, readiness: ReadinessOf): boolean =>
  activeBackends(split).every((backend) => readiness(backend).state === 'down')

/** The number of routes with each effect. */
export type Totals = Record<Effect, number>

export function totalsOf(routes: readonly RouteEffect[]): Totals {
  const totals: Totals = {
    'goes dark': 0,
    'stays dark': 0,
    'fails over': 0,
    moves: 0,
    redistributes: 0,
    'fails back': 0,
    recovers: 0,
    stays: 0,
  }
  for (const { effect } of routes) totals[effect] += 1
  return totals
}
