import { counted } from '../base/counted.ts'
import { secondsText } from './drain-status.ts'
import type { FailoverPolicy, PolicyTarget } from './failover-policy.ts'
import { type FreshCondition, granted, massEventConditions, refused } from './fresh-conditions.ts'
import { longestWhy, mostSplits, type PolicyStatus, policyStatusSchema } from './policy-status-schema.ts'
import type { Condition } from './schema-parts.ts'

/** Who has written a status, for policies that several controllers might follow. Source: GEP-713. */
const controllerName = 'failover.linkerd.io/controller'

/** Why a policy is not programmed that applies as it was before its last change; all of its status is about that. */
export const reconciling = 'Reconciling'

/** How a part of a route is served. */
export interface SplitOutcome {
  readonly where: string | undefined
  /** 1: the first; 0: none of the tiers. */
  readonly tier: number
  /** When an earlier tier was lost (epoch ms), if a return must be approved. */
  readonly lostAt?: number | undefined
  readonly waits: string | undefined
  /** When it moves if all stays as it is (epoch ms). */
  readonly until: number | undefined
  readonly why: string
}

/** What has become of a policy. */
export interface PolicyOutcome {
  /** Why nothing of it applies, in words for its author; `undefined` if it is valid. */
  readonly problem: string | undefined
  /** By target: whether there is one, and the policy that it follows if that is another one. */
  readonly targets: readonly TargetOutcome[]
  /** It still applies as it was before its last change. */
  readonly isSettling: boolean
  /** No route follows it: `routes`, `overridden` and the splits of targets are as they would be. */
  readonly isDryRun: boolean
  /** Its limits hold a mass event; `undefined` if it has none that could. */
  readonly isMassEvent?: boolean | undefined
  readonly routes: NonNullable<PolicyStatus['routes']>
  /** Routes of its targets of which others decide some of its sections, or all of them. */
  readonly overridden: { readonly partly: number; readonly wholly: number }
}

export interface TargetOutcome {
  readonly target: PolicyTarget
  readonly isFound: boolean
  /** `namespace/name` of an older policy with the same target. */
  readonly loses: string | undefined
  /** How the route is served; absent for other targets. */
  readonly splits?: readonly SplitOutcome[] | undefined
}

/** The status that is written in a policy; `undefined` if there is none, or not one of the operator's. */
export const writtenPolicyStatus = ({ status }: Pick<FailoverPolicy, 'status'>): PolicyStatus | undefined =>
  policyStatusSchema.safeParse(status).data

/** Names a route as `ancestorRef` has it. */
export type RouteRef = Pick<PolicyTarget, 'group' | 'kind' | 'namespace' | 'name'>

/** The status that a policy should have now; `undefined` if it has that already. */
export function policyStatusDue(
  policy: FailoverPolicy,
  outcome: PolicyOutcome,
  now: Date,
): PolicyStatus | undefined {
  const written = writtenPolicyStatus(policy)
  const accepted = acceptedOf(outcome)
  const others = [onFirstTierOf(outcome), ...massEventConditions(outcome.isMassEvent)]
  const fresh = [accepted, programmedOf(outcome, accepted), ...others]
  const stamp = (conditions: readonly FreshCondition[], before: readonly Condition[] | undefined) =>
    conditions.map((one): Condition => {
      const same = before?.find(({ type, status }) => type === one.type && status === one.status)
      return {
        ...one,
        lastTransitionTime: same?.lastTransitionTime ?? secondsText(now),
        observedGeneration: policy.generation,
      }
    })
  const ancestors = outcome.targets.flatMap((one) => {
    if (one.target.level !== 'route' || outcome.problem !== undefined) return []
    const { group, kind, namespace, name } = one.target
    const ancestorRef = { group, kind, namespace, name }
    const before = written?.ancestors?.find((other) => isSameRef(other.ancestorRef, ancestorRef))
    const conditions = stamp([acceptedBy(one)], before?.conditions)
    const splits = (one.splits ?? []).slice(0, mostSplits).map((split) => splitOf(split, before, now))
    return [{ ancestorRef, controllerName, conditions, splits }]
  })
  const due: PolicyStatus = {
    observedGeneration: policy.generation,
    conditions: stamp(fresh, written?.conditions),
    ...(outcome.problem === undefined ? { routes: outcome.routes } : {}),
    ...(ancestors.length > 0 ? { ancestors } : {}),
  }
  return written && JSON.stringify(policyStatusSchema.parse(due)) === JSON.stringify(written)
    ? undefined
    : due
}

type Ancestor = NonNullable<PolicyStatus['ancestors']>[number]

/** Whether a policy applies to at least one target. */
export const isAccepted = (outcome: Pick<PolicyOutcome, 'problem' | 'targets'>): boolean =>
  acceptedOf(outcome).status === 'True'

/** Whether it applies to its targets, as its condition `Accepted` says it. */
export function acceptedOf({ problem, targets }: Pick<PolicyOutcome, 'problem' | 'targets'>): FreshCondition {
  if (problem !== undefined) return refused('Accepted', 'Invalid', `it asks for nothing: ${problem}`)
  const each = targets.map(acceptedBy)
  const bad = each.filter(({ status }) => status === 'False')
  const [first] = bad
  if (first && bad.length === each.length) return first
  const message = first
    ? `the operator follows it for ${each.length - bad.length} of ${each.length} targets; of the others: ${first.message}`
    : 'the operator follows it'
  return granted('Accepted', 'Accepted', message)
}

function acceptedBy({ target, isFound, loses }: TargetOutcome): FreshCondition {
  const title = `${target.kind} ${target.namespace}/${target.name}`
  if (loses !== undefined)
    return refused('Accepted', 'Conflicted', `${title} follows ${loses}, which is older, or first by name`)
  if (isFound) return granted('Accepted', 'Accepted', 'the operator follows it')
  const what = target.level === 'route' ? 'controlled route' : 'Service'
  return refused('Accepted', 'TargetNotFound', `there is no ${what} ${title}`)
}

function programmedOf(
  { isSettling, isDryRun, routes, overridden: { partly, wholly } }: PolicyOutcome,
  accepted: FreshCondition,
): FreshCondition {
  if (accepted.status === 'False') return refused('Programmed', accepted.reason, accepted.message)
  if (isSettling)
    return refused(
      'Programmed',
      reconciling,
      'its last change applies after 10 s; until then, what was before',
    )
  if (isDryRun)
    return refused('Programmed', 'DryRun', `it moves nothing; ${routesText(routes.total)} would follow it`)
  if (wholly > 0 && routes.total === 0)
    return refused(
      'Programmed',
      'Overridden',
      `more specific policies or annotations decide all that it asks of ${routesText(wholly)}`,
    )
  if (partly + wholly > 0)
    return granted(
      'Programmed',
      'PartiallyProgrammed',
      `more specific policies or annotations decide some of what it asks of ${routesText(partly + wholly)}`,
    )
  return granted(
    'Programmed',
    'Programmed',
    `${routesText(routes.total)} ${routes.total === 1 ? 'follows' : 'follow'} it`,
  )
}

function onFirstTierOf({ routes: { total, away } }: PolicyOutcome): FreshCondition {
  const type = 'OnFirstTier'
  if (total === 0) return { type, status: 'Unknown', reason: 'NoRoutes', message: 'no route follows it' }
  return away === 0
    ? granted(type, 'OnFirstTier', 'each route is on its first tier')
    : refused(
        type,
        'Away',
        `${away} of ${routesText(total)} ${away === 1 ? 'is' : 'are'} not on the first tier`,
      )
}

const routesText = (total: number): string => counted(total, 'route')

function splitOf(
  { where, tier, lostAt, waits, until, why }: SplitOutcome,
  before: Ancestor | undefined,
  now: Date,
) {
  const same = before?.splits.find((other) => other.where === where && other.tier === tier)
  return {
    ...(where === undefined ? {} : { where }),
    tier,
    since: same?.since ?? secondsText(now),
    // To the millisecond: an approval may come within the same second, before or after it.
    ...(lostAt === undefined ? {} : { lostTime: new Date(lostAt).toISOString() }),
    ...(waits === undefined ? {} : { waits }),
    ...(until === undefined ? {} : { until: secondsText(new Date(until)) }),
    why: why.slice(0, longestWhy),
  }
}

export const isSameRef = (a: RouteRef, b: RouteRef): boolean =>
  a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
