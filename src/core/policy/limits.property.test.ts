import fc from 'fast-check'
import { expect, it } from 'vitest'
import { judgeSplit, type Verdict } from '../judge.ts'
import { endsOutage } from '../need.ts'
import { applyPlan } from '../plan.ts'
import { weightsOf } from '../split.ts'
import { anyWorld, drainedIn, readinessIn, splitIn, type World } from '../testing/worlds.ts'
import { heldBack, isChosen } from './limits.ts'
import { justSeen } from './patience.ts'

const judged = (of: World): Verdict =>
  judgeSplit(splitIn(of), readinessIn(of), { past: justSeen, drained: drainedIn(of) })

const shareOf = (weights: readonly number[], index: number): number =>
  (weights[index] ?? 0) /
  Math.max(
    1,
    weights.reduce((sum, one) => sum + one, 0),
  )

/** A move that ends an outage, or takes traffic from what is down, is held up by nothing. */
const neverHeld = (mayWait: (verdict: Verdict) => boolean) =>
  fc.property(anyWorld, (of) => {
    const verdict = judged(of)
    if (!mayWait(verdict)) return
    const [before, after] = [weightsOf(verdict.split), weightsOf(applyPlan(verdict.split, verdict.plan))]
    expect(endsOutage(verdict)).toBe(false)
    for (const [index, known] of verdict.readiness.entries())
      if (known.state === 'down') expect(shareOf(after, index)).toBeGreaterThanOrEqual(shareOf(before, index))
  })

it('a needed move is never held up', () => fc.assert(neverHeld(isChosen), { numRuns: 5000 }))

it('which is noticed of limits that hold up every move', () => {
  const { failed } = fc.check(
    neverHeld(({ plan }) => plan.length > 0),
    { numRuns: 5000 },
  )
  expect(failed).toBe(true)
})

it('what is held back serves as it did', () =>
  fc.assert(
    fc.property(anyWorld, (of) => {
      const verdict = judged(of)
      if (!isChosen(verdict)) return
      const { plan, decision, wait } = heldBack(verdict, 'Limited', 7)
      expect(plan).toEqual([])
      const serving = weightsOf(verdict.split).flatMap((weight, index) => (weight > 0 ? [index] : []))
      expect(decision.kind === 'hold' ? [] : decision.active).toEqual(serving)
      expect(wait).toMatchObject({ what: 'limit', at: 7 })
    }),
    { numRuns: 2000 },
  ))
