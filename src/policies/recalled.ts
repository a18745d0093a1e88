import type { Recalled } from '../core/policy/lost.ts'
import type { FailoverPolicy } from './failover-policy.ts'
import { objectKey } from './object.ts'
import type { PolicyIndex, PolicyPlace } from './policy-index.ts'
import {
  isSameRef,
  mostSplits,
  type PolicyStatus,
  type RouteRef,
  reconciling,
  writtenPolicyStatus,
} from './policy-status.ts'

/** A part of a route. */
export interface PartOfRoute {
  /** Which of several parts it is. */
  readonly where: string | undefined
  /** The same of all parts that the route has. */
  readonly all: readonly (string | undefined)[]
}

/**
 * What the status of the policy that targets a route says of a part of it; `known`: a policy as it is in the cluster.
 * `undefined` if it says nothing, or is about another spec. If the route has other parts than the status, nobody knows which
 * is which: the last loss is taken for that of each, so that none is forgotten.
 */
export function recalledOf(
  place: PolicyPlace,
  part: PartOfRoute,
  index: PolicyIndex,
  known: (key: string) => FailoverPolicy | undefined,
): Recalled | undefined {
  const applied = index.appliedTo(place).find(({ level }) => level === 'route')
  const policy = applied && known(objectKey(applied.policy))
  if (!policy || isAboutBefore(policy) !== isSettling(applied.policy, policy)) return undefined
  return recalledFrom(policy, place, part)
}

/** While a changed policy applies as it was, its status is about that: of the new tiers it says nothing. */
const isAboutBefore = (policy: FailoverPolicy): boolean =>
  writtenPolicyStatus(policy)?.conditions.some(({ reason }) => reason === reconciling) === true

const isSettling = (inForce: FailoverPolicy, known: FailoverPolicy): boolean =>
  JSON.stringify(inForce.spec) !== JSON.stringify(known.spec)

function recalledFrom(
  policy: Pick<FailoverPolicy, 'status' | 'generation'>,
  route: RouteRef,
  { where, all }: PartOfRoute,
): Recalled | undefined {
  const status = writtenPolicyStatus(policy)
  if (!status || status.observedGeneration !== policy.generation) return undefined
  const ancestor = status.ancestors?.find(({ ancestorRef }) => isSameRef(ancestorRef, route))
  const splits = ancestor?.splits ?? []
  const parts = all.slice(0, mostSplits)
  if (splits.length !== parts.length || splits.some((one, index) => one.where !== parts[index]))
    return lastLossIn(splits)
  const split = splits.find((one) => one.where === where)
  if (!split || split.tier === 0) return undefined
  return { tier: split.tier - 1, lostAt: lostAtOf(split), isAwaiting: split.waits === 'approval' }
}

function lastLossIn(splits: readonly RecalledSplit[]): Recalled | undefined {
  const losses = splits.flatMap((one): Recalled[] => {
    const lostAt = one.tier > 0 ? lostAtOf(one) : undefined
    return lostAt === undefined ? [] : [{ tier: one.tier - 1, lostAt, isAwaiting: false }]
  })
  return losses.sort((a, b) => (b.lostAt ?? 0) - (a.lostAt ?? 0))[0]
}

type RecalledSplit = NonNullable<PolicyStatus['ancestors']>[number]['splits'][number]

function lostAtOf({ lostTime }: RecalledSplit): number | undefined {
  const lostAt = lostTime === undefined ? Number.NaN : Date.parse(lostTime)
  return Number.isNaN(lostAt) ? undefined : lostAt
}
