import type { Recalled } from '../core/policy/lost.ts'
import type { FailoverPolicy } from './failover-policy.ts'
import { objectKey } from './object.ts'
import type { PolicyIndex, PolicyPlace } from './policy-index.ts'
import { isSameRef, reconciling, writtenPolicyStatus } from './policy-status.ts'
import { mostSplits, type PolicyStatus } from './policy-status-schema.ts'

/** A part of a route. */
export interface PartOfRoute {
  /** Which of several parts it is. */
  readonly where: string | undefined
  /** The same of all parts that the route has. */
  readonly all: readonly (string | undefined)[]
}

/** A part of a route as the status of a policy has it. */
type WrittenSplit = NonNullable<PolicyStatus['ancestors']>[number]['splits'][number]
type Known = (key: string) => FailoverPolicy | undefined

/**
 * What the status of the policy that targets a route says of a part of it; `known`: a policy as it is in the cluster.
 * `undefined` if it says nothing, or is about another spec. If the route has other parts than the status, nobody knows which
 * is which: the last loss is taken for that of each, so that none is forgotten.
 */
export function recalledOf(
  place: PolicyPlace,
  part: PartOfRoute,
  index: PolicyIndex,
  known: Known,
): Recalled | undefined {
  const splits = writtenSplits(place, index, known)
  if (!areParts(splits, part)) return lastLossIn(splits)
  const split = splits.find(({ where }) => where === part.where)
  if (!split || split.tier === 0) return undefined
  return { tier: split.tier - 1, lostAt: lostAtOf(split), isAwaiting: split.waits === 'approval' }
}

/** That part as it is written; `undefined` if nothing is, if it is about another spec, or if the route has other parts. */
export function writtenSplitOf(
  place: PolicyPlace,
  part: PartOfRoute,
  index: PolicyIndex,
  known: Known,
): WrittenSplit | undefined {
  const splits = writtenSplits(place, index, known)
  return areParts(splits, part) ? splits.find(({ where }) => where === part.where) : undefined
}

function writtenSplits(place: PolicyPlace, index: PolicyIndex, known: Known): readonly WrittenSplit[] {
  const applied = index.appliedTo(place).find(({ level }) => level === 'route')
  const policy = applied && known(objectKey(applied.policy))
  const status = policy && writtenPolicyStatus(policy)
  if (!status || status.observedGeneration !== policy.generation) return []
  if (isAboutBefore(status) !== isSettling(applied.policy, policy)) return []
  return status.ancestors?.find(({ ancestorRef }) => isSameRef(ancestorRef, place))?.splits ?? []
}

/** While a changed policy applies as it was, its status is about that: of the new tiers it says nothing. */
const isAboutBefore = ({ conditions }: PolicyStatus): boolean =>
  conditions.some(({ reason }) => reason === reconciling)

const isSettling = (inForce: FailoverPolicy, known: FailoverPolicy): boolean =>
  JSON.stringify(inForce.spec) !== JSON.stringify(known.spec)

/** Whether they are all parts of the route, as far as a status has room for them. */
function areParts(splits: readonly WrittenSplit[], { all }: PartOfRoute): boolean {
  const parts = all.slice(0, mostSplits)
  return splits.length === parts.length && splits.every((one, index) => one.where === parts[index])
}

function lastLossIn(splits: readonly WrittenSplit[]): Recalled | undefined {
  const losses = splits.flatMap((one): Recalled[] => {
    const lostAt = one.tier > 0 ? lostAtOf(one) : undefined
    return lostAt === undefined ? [] : [{ tier: one.tier - 1, lostAt, isAwaiting: false }]
  })
  return losses.sort((a, b) => (b.lostAt ?? 0) - (a.lostAt ?? 0))[0]
}

function lostAtOf({ lostTime }: WrittenSplit): number | undefined {
  const lostAt = lostTime === undefined ? Number.NaN : Date.parse(lostTime)
  return Number.isNaN(lostAt) ? undefined : lostAt
}
