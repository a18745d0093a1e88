import type { Recalled } from '../core/policy/lost.ts'
import type { FailoverPolicy } from './failover-policy.ts'
import { objectKey } from './object.ts'
import type { PolicyIndex, PolicyPlace } from './policy-index.ts'
import { isSameRef, type RouteRef, writtenPolicyStatus } from './policy-status.ts'

/**
 * What the status of the policy that targets a route says of a part of it (`where`); `known`: a policy as it is in the
 * cluster. `undefined` if it says nothing, or is about another spec.
 */
export function recalledOf(
  place: PolicyPlace,
  where: string | undefined,
  index: PolicyIndex,
  known: (key: string) => FailoverPolicy | undefined,
): Recalled | undefined {
  const applied = index.appliedTo(place).find(({ level }) => level === 'route')
  const policy = applied && known(objectKey(applied.policy))
  return policy && recalledFrom(policy, place, where)
}

function recalledFrom(
  policy: Pick<FailoverPolicy, 'status' | 'generation'>,
  route: RouteRef,
  where: string | undefined,
): Recalled | undefined {
  const status = writtenPolicyStatus(policy)
  if (!status || status.observedGeneration !== policy.generation) return undefined
  const ancestor = status.ancestors?.find(({ ancestorRef }) => isSameRef(ancestorRef, route))
  const split = ancestor?.splits.find((one) => one.where === where)
  if (!split || split.tier === 0) return undefined
  const lostAt = split.lostTime === undefined ? Number.NaN : Date.parse(split.lostTime)
  return {
    tier: split.tier - 1,
    lostAt: Number.isNaN(lostAt) ? undefined : lostAt,
    isAwaiting: split.waits === 'approval',
  }
}
