import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weightsOf } from '../split.ts'
import { History, type Move } from '../testing/history.ts'
import {
  anyDrain,
  anyPolicy,
  anyReadiness,
  anyWorld,
  isAsked,
  mayServeIn,
  type World,
} from '../testing/worlds.ts'
import { readinessOf } from '../types.ts'

const backend = fc.integer({ min: 0, max: 3 })
const isAllOrNone = fc.boolean().map((isAll) => readinessOf(isAll ? 4 : 0, 4))
const event = fc.oneof(
  { weight: 10, arbitrary: fc.record({ turns: backend, to: fc.oneof(isAllOrNone, anyReadiness) }) },
  { weight: 3, arbitrary: fc.record({ drains: backend, to: anyDrain }) },
  { weight: 2, arbitrary: fc.constantFrom('handOver', 'restart') },
  { weight: 2, arbitrary: fc.constant('approve') },
  {
    weight: 3,
    arbitrary: fc.record({
      weights: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
    }),
  },
)
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never
const events = fc.array(fc.tuple(event, fc.integer({ min: 1, max: 400 })), { minLength: 5, maxLength: 40 })
const automatic = anyPolicy.filter(({ tiers }) => tiers.length > 1)
const manual = automatic.map((policy) => ({ ...policy, isManual: true as const }))

function happen(history: History, one: Event): void {
  if (one === 'handOver') history.handOver()
  else if (one === 'restart') history.restart()
  else if (one === 'approve') history.approve()
  else if ('turns' in one) history.turn(one.turns, one.to)
  else if ('drains' in one) history.drain(one.drains, one.to)
  else history.overwrite(one.weights)
}

type Manual = World & { readonly policy: NonNullable<World['policy']> }

/** Whether a tier could serve if it were not drained. */
const isTakenOut = ({ policy }: Manual, tier: number, { known, drained }: Move): boolean =>
  policy.tiers[tier]?.members.some(
    (member) =>
      drained[member] !== 'no' && mayServeIn({ policy }, member) && isAsked(known[member], policy.minReady),
  ) === true

/** Whether nothing of the tier that served, and nothing that has weight, may be able to serve undrained. */
function isNeeded({ policy }: Manual, { from, known, drained, before }: Move): boolean {
  const mayServe = (member: number) =>
    mayServeIn({ policy }, member) && drained[member] !== 'Never' && known[member]?.state === 'ready'
  const weights = weightsOf(before)
  const isOut = weights.every(
    (weight, index) => weight === 0 || known[index]?.state === 'down' || drained[index] !== 'no',
  )
  const isUnknown = (member: number) =>
    mayServeIn({ policy }, member) && drained[member] === 'no' && known[member]?.state === 'unknown'
  const { members = [] } = policy.tiers[from] ?? {}
  return !members.some(mayServe) && (isOut || !members.some(isUnknown))
}

/** The moves to a tier that was lost which nothing but an approval allows, and none came after the last loss. */
function unapprovedReturns(of: Manual, moves: readonly Move[], approvals: readonly number[]): Move[] {
  let lost: { readonly at: number; readonly tier: number } | undefined
  return moves.filter((move) => {
    const { at, from, to } = move
    const [since, barrier] = [lost?.at ?? at, Math.min(from, lost?.tier ?? 0)]
    const isApproved = approvals.some((time) => since < time && time <= at)
    const passed = [...of.policy.tiers.keys()].find((tier) => tier > from && isTakenOut(of, tier, move))
    if (to > from && !isTakenOut(of, from, move)) lost = { at, tier: Math.min(passed ?? to, to) }
    else if (lost) lost = to === 0 ? undefined : { at: lost.at, tier: Math.min(lost.tier, to) }
    return from < of.policy.tiers.length && to < barrier && !isApproved && !isNeeded(of, move)
  })
}

/** What one step after another does to a route. */
type Step = (history: History, one: Event) => void

const goesBackOnlyIfApproved = (asked: fc.Arbitrary<Manual['policy']>, step: Step) =>
  fc.property(anyWorld, asked, events, (world, policy, happened) => {
    const drained = world.drained.map(() => 'no' as const)
    const of: Manual = { ...world, policy, drained, known: world.known.map(() => readinessOf(4, 4)) }
    const history = new History(of).settled()
    const approvals: number[] = []
    for (const [one, ms] of happened) {
      if (one === 'approve') approvals.push(history.now)
      step(history, one)
      history.pass(ms)
    }
    expect(unapprovedReturns(of, history.moves, approvals)).toEqual([])
  })

it('goes back to a lost tier only if that is needed, or approved after the last loss', () =>
  fc.assert(goesBackOnlyIfApproved(manual, happen), { numRuns: 800 }))

describe('that is noticed', () => {
  const isNoticed = (property: ReturnType<typeof goesBackOnlyIfApproved>) =>
    expect(fc.check(property, { numRuns: 800 }).failed).toBe(true)

  it('of a route that goes back by itself', () => isNoticed(goesBackOnlyIfApproved(automatic, happen)))

  it('of an approval that counts for what is lost after it, too', () => {
    const approved = new WeakSet<History>()
    const step: Step = (history, one) => {
      happen(history, one)
      if (one === 'approve') approved.add(history)
      else if (approved.has(history)) history.approve()
    }
    isNoticed(goesBackOnlyIfApproved(manual, step))
  })
})

it('goes back at once when that is approved, and nothing else holds it', () =>
  fc.assert(
    fc.property(anyWorld, manual, events, (world, policy, happened) => {
      const of: Manual = { ...world, policy, known: world.known.map(() => readinessOf(4, 4)) }
      const history = new History(of).settled()
      for (const [one, ms] of happened) {
        happen(history, one)
        history.pass(ms)
      }
      history.recover()
      history.pass(1)
      history.approve()
      history.pass(Math.max(policy.failbackAfterMs, policy.failbackAtMostMs ?? 0))
      const first = policy.tiers
        .map(({ members }) => members.filter((member) => mayServeIn(of, member)))
        .find((members) => members.length > 0)
      expect([0, 1, 2, 3].filter(history.hasWeight)).toEqual(first?.toSorted())
    }),
    { numRuns: 400 },
  ))
