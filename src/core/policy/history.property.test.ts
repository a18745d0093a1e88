import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weightsOf } from '../split.ts'
import { History, type Written } from '../testing/history.ts'
import {
  anyDrain,
  anyPolicy,
  anyReadiness,
  anyWorld,
  isAsked,
  mayServeIn,
  type World,
} from '../testing/worlds.ts'
import { directionOf } from '../transition.ts'
import { readinessOf } from '../types.ts'
import type { Threshold } from './types.ts'

const backend = fc.integer({ min: 0, max: 3 })
const isAllOrNone = fc.boolean().map((isAll) => readinessOf(isAll ? 4 : 0, 4))
/** What may happen to a split, besides what other clients do. */
const event = fc.oneof(
  { weight: 10, arbitrary: fc.record({ turns: backend, to: fc.oneof(isAllOrNone, anyReadiness) }) },
  { weight: 1, arbitrary: fc.record({ drains: backend, to: anyDrain }) },
  { weight: 1, arbitrary: fc.constantFrom('handOver', 'restart') },
)
const overwrite = fc.record({
  weights: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
})
/** Waits of a second are seldom left to end. */
const pause = fc.oneof(
  { weight: 19, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 900, max: 1500 }) },
)
const steps = <T>(one: fc.Arbitrary<T>, most: number) =>
  fc.array(fc.tuple(one, pause), { minLength: most / 2, maxLength: most })

type Event =
  | (typeof event extends fc.Arbitrary<infer T> ? T : never)
  | { readonly weights: readonly number[] }

function happen(history: History, one: Event): void {
  if (one === 'handOver') history.handOver()
  else if (one === 'restart') history.restart()
  else if ('turns' in one) history.turn(one.turns, one.to)
  else if ('drains' in one) history.drain(one.drains, one.to)
  else history.overwrite(one.weights)
}

/** Two tiers at least, and a lost backend must be ready for a second. */
const patient = anyPolicy
  .filter(({ tiers }) => tiers.length > 1)
  .map((policy) => ({ ...policy, failbackAfterMs: 1000 }))

describe('a wait', () => {
  const lost = fc.record({ world: anyWorld, policy: patient, lostMs: fc.nat(900), backMs: fc.nat(300) })

  type Lost = typeof lost extends fc.Arbitrary<infer T> ? T : never

  /** What served was lost for a while, and has come back, one after the other. */
  function waiting({ world, policy, lostMs, backMs }: Lost): History {
    const history = new History({ ...world, policy }).settled()
    const serving = [0, 1, 2, 3].filter(history.hasWeight)
    for (const one of serving) history.turn(one, readinessOf(0, 4))
    history.pass(lostMs)
    for (const one of serving) {
      history.turn(one, readinessOf(4, 4))
      history.pass(backMs)
    }
    return history
  }

  it('ends later than now, and until then no look changes anything', () =>
    fc.assert(
      fc.property(lost, fc.nat({ max: 999 }), (of, part) => {
        const history = waiting(of)
        const { now } = history
        const { wakeAt } = history.judgeAt(now)
        expect(wakeAt ?? now + 1).toBeGreaterThan(now)
        const until = wakeAt ?? now + 10_000
        const between = history.judgeAt(now + ((until - now) * part) / 1000)
        expect([between.plan, between.wakeAt]).toEqual([[], wakeAt])
      }),
      { numRuns: 800 },
    ))

  it('moves traffic when it ends or is followed by a later one, unless what is not known holds the split', () =>
    fc.assert(
      fc.property(lost, (of) => {
        const history = waiting(of)
        const { wakeAt } = history.judgeAt(history.now)
        fc.pre(wakeAt !== undefined)
        const { plan, decision, wakeAt: next } = history.judgeAt(wakeAt ?? 0)
        return plan.length > 0 || (next ?? 0) > (wakeAt ?? 0) || decision.rule === 'TierUnknown'
      }),
      { numRuns: 600 },
    ))
})

describe('while what serves can serve', () => {
  const hasAny = ({ known, drained, before }: Written, least: Threshold) =>
    weightsOf(before).some(
      (weight, index) => weight > 0 && isAsked(known[index], least) && drained[index] === 'no',
    )

  it('traffic changes its tier only to go back once for each wait of a backend or end of its drain, or to leave too few', () =>
    fc.assert(
      fc.property(anyWorld, patient, steps(event, 80), (world, policy, happened) => {
        const known = world.known.map(() => readinessOf(4, 4))
        const [since, drained] = [known.map(() => 0), known.map(() => 'no' as const)]
        const of: World = { ...world, policy, known, since, drained }
        const history = new History(of).settled()
        const start = history.now
        let ended = 0
        for (const [one, ms] of happened) {
          if (typeof one === 'object' && 'drains' in one && history.drained[one.drains] !== 'no') ended += 1
          happen(history, one)
          history.pass(ms)
        }
        const moves = history.written
          .filter((write) => hasAny(write, { count: 1 }))
          .map((write) => ({ write, direction: directionOf(write.before, write.after) }))
        history.restart()
        const earlier = policy.tiers.slice(0, -1).flatMap(({ members }) => members)
        const waited = history.goodRuns.filter(
          ({ backend, from, to }) =>
            earlier.includes(backend) && from >= start && to - from >= policy.failbackAfterMs,
        )
        const over = moves.filter(({ direction }) => direction === 'failover')
        expect(over.filter(({ write }) => hasAny(write, policy.minReady))).toEqual([])
        const back = moves.filter(({ direction }) => direction === 'failback')
        expect(back.length).toBeLessThanOrEqual(waited.length + ended)
      }),
      { numRuns: 600 },
    ))
})

it('the first tier serves once it has waited after all losses and drains have ended, whatever came before', () =>
  fc.assert(
    fc.property(anyWorld, steps(fc.oneof({ weight: 9, arbitrary: event }, overwrite), 20), (of, happened) => {
      const history = new History(of).settled()
      for (const [one, ms] of happened) {
        happen(history, one)
        history.pass(ms)
      }
      history.recover()
      const { failbackAfterMs = 0, failbackAtMostMs = 0 } = of.policy ?? {}
      history.pass(Math.max(failbackAfterMs, failbackAtMostMs))
      const tiers = of.policy?.tiers ?? [{ members: [of.primary] }]
      const first = tiers
        .map(({ members }) => members.filter((member) => mayServeIn(of, member)))
        .find((members) => members.length > 0)
      expect([0, 1, 2, 3].filter(history.hasWeight)).toEqual(first?.toSorted())
    }),
    { numRuns: 600 },
  ))
