import { failOver, servePrimary } from '../rule.ts'
import type { Answer, Observation, Split } from '../types.ts'
import { durationText, readinessText, servingText } from '../words.ts'
import { graceOf } from './patience.ts'
import { hasEnough, hasEnoughToReturn, neededBy } from './threshold.ts'
import { servingMembers, tierOf } from './tiers.ts'
import type { Drains, Policy, Standing, Tier } from './types.ts'

/** Those members of a tier serve that can, and those of unknown readiness that have weight. */
export function serve(standing: Standing, tier: Tier, can: (backend: number) => boolean): Answer {
  const { policy, isUnknown, hasWeight, isDrained } = standing
  const keeps = (backend: number) => isUnknown(backend) && hasWeight(backend) && !isDrained(backend)
  const active = servingMembers(policy, tier).filter((backend) => can(backend) || keeps(backend))
  return tier === policy.tiers[0] ? servePrimary(active) : failOver(active)
}

/** The tier that serves if one of its members can, else the first such tier. */
export function servingTier(
  { policy: { tiers }, current }: Standing,
  can: (backend: number) => boolean,
): Tier | undefined {
  const serving = tiers[current]
  return serving?.members.some(can) ? serving : tiers.find(({ members }) => members.some(can))
}

/** Whether a backend before a tier (index) may be able to serve, for all that is known: a chosen move to it is held. */
export const isHeldBefore = ({ policy, isUnknown, isDrained }: Standing, tier: number): boolean =>
  policy.tiers
    .slice(0, tier)
    .some((one) => servingMembers(policy, one).some((backend) => isUnknown(backend) && !isDrained(backend)))

/** Why no tier before the one that serves does, or that the first one can. */
export function becauseOf(observation: Observation, answer: Answer): string {
  const { split, drains } = observation
  const { policy } = split
  if (policy === undefined || answer.kind === 'hold') return 'its tiers have changed'
  const [first = 0] = answer.active
  const tier = tierOf(policy, first)
  const before = policy.tiers.slice(0, tier).flatMap(({ members }) => members)
  const asked = tier === 0 ? answer.active : before
  const texts = asked.map(
    (backend) => drainedText(split, backend, drains) ?? backendText(observation, policy, backend, tier === 0),
  )
  const reasons = texts.length > 3 ? [...texts.slice(0, 3), `${texts.length - 3} more`] : texts
  return tier === 0 ? reasons.join(', ') : `${reasons.join(', ')}; ${servingText(split, answer.active)}`
}

/** That a drain takes a backend out, and which; `undefined` if none does. */
export function drainedText({ backends }: Split, index: number, drains: Drains | undefined) {
  const drained = drains?.[index]
  return drained && `${backends[index]?.service} is drained by ${drained.by}`
}

/** How a backend (index) is, and what it lacks to serve. */
export function backendText(
  { split, readiness, standing }: Observation,
  policy: Policy,
  index: number,
  serves: boolean,
): string {
  const backend = split.backends[index]
  if (backend === undefined) return 'a backend is gone'
  const known = readiness(backend)
  const text = readinessText(backend.service, known)
  const graceMs = serves ? graceOf(policy, known.state === 'down') : 0
  const grace =
    graceMs > 0 && known.state !== 'unknown' ? `, and is left after ${durationText(graceMs)} of that` : ''
  if (known.state !== 'ready') return `${text}${grace}`
  const { minReady, failbackMinReady } = policy
  if (!hasEnough(minReady, known)) return `${text} (${neededBy(minReady, known)} are asked for)${grace}`
  if (!serves && failbackMinReady && !hasEnoughToReturn(policy, known))
    return `${text} (${neededBy(failbackMinReady, known)} are asked for before it gets traffic back)`
  const returnAfterMs = standing?.returnAfterMs ?? policy.failbackAfterMs
  const waits = !serves && returnAfterMs > 0
  return waits ? `${text} and must stay so for ${durationText(returnAfterMs)}` : text
}
