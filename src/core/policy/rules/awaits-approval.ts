import { timeText } from '../../pause.ts'
import { hold, type Rule } from '../../rule.ts'
import { servingText } from '../../words.ts'
import { backendText, drainedText, serve } from '../serving.ts'
import { firstAllowed } from '../standing.ts'
import { mayServe } from '../tiers.ts'
import type { Standing } from '../types.ts'

/**
 * An earlier tier could serve again, and its return is not approved. What serves goes on, even with too few, and even if it
 * is drained: only a move that is needed needs no approval.
 */
export const awaitsApproval = {
  name: 'AwaitsApproval',
  when: 'a lost tier could serve again, and nobody has approved its return',
  openings: { failover: 'awaits approval' },
  decide: ({ split, standing }) => {
    if (!standing || returnTier(standing) === undefined) return undefined
    const { policy, current, isUsable, isReady, isDrained, isLastResort, mustWait } = standing
    const { isUnknown, isDown, hasWeight } = standing
    const serving = policy.tiers[current]
    if (!serving) return undefined
    const allowed = policy.tiers.slice(firstAllowed(standing), current + 1)
    const usable = allowed.find(({ members }) => members.some(isUsable))
    if (usable) return serve(standing, usable, isUsable)
    const goesOn = (backend: number) => isReady(backend) && !mustWait(backend)
    // Another client may have given the traffic to a tier of which nothing can serve.
    const mayGoOn = [serving, ...allowed]
    for (const can of [goesOn, isReady]) {
      const tier = mayGoOn.find(({ members }) => members.some(can))
      if (tier) return serve(standing, tier, can)
    }
    const later = policy.tiers.slice(current + 1).find(({ members }) => members.some(isUsable))
    if (later && serving.members.some(isDrained)) return serve(standing, later, isUsable)
    const last = mayGoOn.find(({ members }) => members.some(isLastResort))
    if (last) return serve(standing, last, isLastResort)
    const isOut = split.backends.every((_, backend) => !hasWeight(backend) || isDown(backend))
    const isMaybe = (backend: number) =>
      isUnknown(backend) && mayServe(policy, backend) && !isDrained(backend)
    const others = policy.tiers.slice(firstAllowed(standing))
    return !isOut && others.some(({ members }) => members.some(isMaybe)) ? hold() : undefined
  },
  because: (observation, answer) => {
    const { split, standing, drains } = observation
    const { policy } = split
    const back = standing && policy?.tiers[returnTier(standing) ?? policy.tiers.length]
    if (!standing?.unapproved || !policy || !back) return 'nobody has approved a return'
    const texts = back.members.map(
      (backend) => drainedText(split, backend, drains) ?? backendText(observation, policy, backend, true),
    )
    const { lostAt } = standing.unapproved
    const { approvedAt = 0 } = policy
    const lost = `lost at ${timeText(lostAt)}, and ${approvedAt > lostAt ? `a return is approved from ${timeText(approvedAt)} on` : 'nobody has approved a return since'}`
    const serving = answer.kind === 'hold' ? [] : [servingText(split, answer.active)]
    return [...texts.slice(0, 3), lost, ...serving].join('; ')
  },
} as const satisfies Rule

/** The tier (index) that would serve if its return were approved; `undefined` if nothing waits for that. */
export function returnTier(standing: Standing): number | undefined {
  const { policy, current, target, unapproved, isReady, isServing, isGood } = standing
  if (!unapproved) return undefined
  const has = (can: (backend: number) => boolean) => (index: number) =>
    policy.tiers[index]?.members.some(can) === true
  // With nothing usable and nothing that serves, what is good goes before what is only ready.
  const can = policy.tiers.some(({ members }) => members.some(isGood)) ? isGood : isReady
  const isLeft = target === policy.tiers.length && !has(isServing)(current) && !has(can)(current)
  const to = isLeft ? [...policy.tiers.keys()].find(has(can)) : target
  return to !== undefined && to < firstAllowed(standing) ? to : undefined
}
