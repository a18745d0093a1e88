import { watchedLost } from '../../core/policy/lost.ts'
import { justSeen } from '../../core/policy/patience.ts'
import { commitmentBy } from '../../core/policy/standing.ts'
import type { Past } from '../../core/policy/types.ts'
import { recalledOf } from '../../policies/recalled.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import type { Route } from '../../routes/route.ts'
import type { PoliciesRead } from './read-policies.ts'

/**
 * The past of each part of a route (by its position) for who has just seen it: what was lost before is in the status of its
 * policy. `today`: epoch ms.
 */
export const pastOf =
  (route: Route, { index, byKey }: Pick<PoliciesRead, 'index' | 'byKey'>, today: number) =>
  (position: number): Past => {
    const { policy, where } = route.splits[position] ?? {}
    const split = route.splits[position]
    if (!split || !policy?.isManual) return justSeen
    const all = route.splits.map((one) => one.where)
    const recalled = recalledOf(placeOfRoute(route), { where, all }, index, byKey)
    const lost = watchedLost(commitmentBy(split, policy), recalled, policy, today)
    // The operator asks for approval only when all other waits are over.
    const goodSince = recalled?.isAwaiting ? () => Number.NEGATIVE_INFINITY : justSeen.goodSince
    return { ...justSeen, lost, goodSince }
  }

/** The same for who asks where traffic would go, not when: only what was lost counts; `undefined` if nothing was. */
export const lossesOf =
  (route: Route, policies: Pick<PoliciesRead, 'index' | 'byKey'>, today: number) =>
  (position: number): Past | undefined => {
    const { lost, goodSince } = pastOf(route, policies, today)(position)
    return lost && { now: 0, goodSince, commitment: undefined, lost }
  }
