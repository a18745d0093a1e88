import fc from 'fast-check'
import { expect, it } from 'vitest'
import { weightsOf } from '../split.ts'
import { History } from '../testing/history.ts'
import { anyReadiness, anyWorld, type World } from '../testing/worlds.ts'
import { readinessOf } from '../types.ts'

const turns = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 3 }), anyReadiness, fc.integer({ min: 0, max: 900 })),
  {
    maxLength: 6,
  },
)

it('more ready endpoints of a backend that serves take nothing away from it, and give no other tier more', () =>
  fc.assert(
    fc.property(anyWorld, turns, fc.nat(3), fc.integer({ min: 1, max: 4 }), (of, turned, nth, more) => {
      const history = new History(of).settled()
      for (const [backend, readiness, ms] of turned) {
        history.turn(backend, readiness)
        history.pass(ms)
      }
      const serving = [0, 1, 2, 3].filter(
        (backend) => history.hasWeight(backend) && history.known[backend]?.state !== 'unknown',
      )
      const grown = serving[nth % serving.length] ?? serving[0]
      fc.pre(grown !== undefined)
      if (grown === undefined) return
      const tierOf = (backend: number) =>
        of.policy
          ? of.policy.tiers.findIndex(({ members }) => members.includes(backend))
          : Math.sign(Math.abs(backend - of.primary))
      const before = weightsOf(history.split)
      const known = history.known[grown]
      history.turn(grown, readinessOf((known?.state === 'ready' ? known.ready : 0) + more, 4 + more))
      expect(history.hasWeight(grown)).toBe(true)
      const others = [0, 1, 2, 3].filter((backend) => tierOf(backend) !== tierOf(grown))
      const after = weightsOf(history.split)
      expect(others.filter((backend) => (after[backend] ?? 0) > (before[backend] ?? 0))).toEqual([])
    }),
    { numRuns: 2000 },
  ))

const names = ['m', 'z', 'a', 'k']
const anyOrder = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })

type Orders = readonly [from: readonly number[], within: readonly number[], named: readonly number[]]

/** The same world with its backends at other positions, in another order in their tiers, with other names. */
function shuffled(of: World, [from, within, named]: Orders): World {
  const move = <T>(all: readonly T[]): T[] => from.flatMap((old) => all.slice(old, old + 1))
  const tiers = of.policy?.tiers.map(({ members, weights }) => {
    const order = within.flatMap((member) => (members.includes(member) ? [members.indexOf(member)] : []))
    const moved = order.map((at) => from.indexOf(members[at] ?? 0))
    return weights ? { members: moved, weights: order.map((at) => weights[at] ?? 0) } : { members: moved }
  })
  return {
    services: named.map((index) => names[index] ?? ''),
    primary: from.indexOf(of.primary),
    weights: move(of.weights),
    known: move(of.known),
    drained: move(of.drained),
    since: move(of.since),
    policy: of.policy && tiers && { ...of.policy, tiers },
  }
}

it('the order of the backends, their order within a tier, and their names do not matter', () =>
  fc.assert(
    fc.property(anyWorld, turns, fc.tuple(anyOrder, anyOrder, anyOrder), (of, turned, orders) => {
      const [from] = orders
      const [one, other] = [new History(of).settled(), new History(shuffled(of, orders)).settled()]
      for (const [backend, readiness, ms] of turned) {
        one.turn(backend, readiness)
        other.turn(from.indexOf(backend), readiness)
        expect(seen(other)).toEqual({ ...seen(one), weights: from.map((old) => weightsOf(one.split)[old]) })
        for (const history of [one, other]) history.pass(ms)
      }
      expect(other.written.length).toBe(one.written.length)
    }),
    { numRuns: 2000 },
  ))

function seen(history: History) {
  const { decision, wakeAt, wait } = history.judgeAt(history.now)
  const { kind, rule, state } = decision
  return { kind, rule, state, wakeAt, waits: wait !== undefined, weights: weightsOf(history.split) }
}
