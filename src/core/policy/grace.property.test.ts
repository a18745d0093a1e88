import fc from 'fast-check'
import { expect, it } from 'vitest'
import { History, type Written } from '../testing/history.ts'
import { anyPolicy, anyReadiness, anyWorld, isAsked, mayServeIn } from '../testing/worlds.ts'
import { directionOf } from '../transition.ts'
import { readinessOf } from '../types.ts'

const graces = fc.record({ few: fc.constantFrom(0, 300, 700), down: fc.constantFrom(0, 200, 900) })
const turns = fc.array(
  fc.record({
    turns: fc.integer({ min: 0, max: 3 }),
    to: fc.oneof(anyReadiness, fc.constant(readinessOf(4, 4))),
    ms: fc.integer({ min: 0, max: 400 }),
  }),
  { minLength: 10, maxLength: 40 },
)

/** Since when something is so, by backend. */
type Since = Map<number, number>

function note(badSince: Since, backend: number, isGood: boolean, now: number | undefined): void {
  if (isGood) badSince.delete(backend)
  else if (now !== undefined && !badSince.has(backend)) badSince.set(backend, now)
}

/**
 * After how long without being good a backend lost its weight that had it all the while (ms), other than by a
 * return.
 */
function* leftAfter({ at, before, after, known }: Written, badSince: Since, servesSince: Since) {
  for (const backend of [0, 1, 2, 3]) {
    const [had, has] = [before, after].map(({ backends }) => (backends[backend]?.weight ?? 0) > 0)
    const since = badSince.get(backend) ?? Number.NEGATIVE_INFINITY
    const served = (servesSince.get(backend) ?? at) < since
    if (has && !had) servesSince.set(backend, at)
    const isLeft = had && !has && directionOf(before, after) !== 'failback'
    if (isLeft && served && known[backend]?.state !== 'unknown') yield at - since
  }
}

it('what serves and has too few is left only when that has lasted for as long as asked', () =>
  fc.assert(
    fc.property(anyWorld, anyPolicy, fc.constantFrom(0, 300, 700), turns, (world, asked, grace, happened) => {
      const policy = { ...asked, failoverAfterMs: grace, failoverWhenDownMs: grace }
      const known = world.known.map(() => readinessOf(6, 6))
      const drained = world.drained.map(() => 'no' as const)
      const history = new History({ ...world, policy, known, drained }).settled()
      const badSince: Since = new Map()
      const servesSince: Since = new Map([0, 1, 2, 3].filter(history.hasWeight).map((one) => [one, 0]))
      for (const { turns: backend, to, ms } of happened) {
        note(
          badSince,
          backend,
          isAsked(to, policy.minReady),
          to.state === 'unknown' ? undefined : history.now,
        )
        const seen = history.written.length
        history.turn(backend, to)
        history.pass(ms)
        for (const write of history.written.slice(seen))
          for (const after of leftAfter(write, badSince, servesSince))
            expect(after).toBeGreaterThanOrEqual(grace)
      }
    }),
    { numRuns: 1500 },
  ))

it('what serves and is bad does not serve on after the longest that is asked, if another is good', () =>
  fc.assert(
    fc.property(anyWorld, anyPolicy, graces, turns, (world, asked, grace, happened) => {
      const policy = { ...asked, failoverAfterMs: grace.few, failoverWhenDownMs: grace.down }
      const history = new History({ ...world, policy, drained: world.drained.map(() => 'no' as const) })
      history.settled()
      for (const { turns: backend, to, ms } of happened) {
        history.turn(backend, to)
        history.pass(ms)
      }
      history.pass(Math.max(policy.failbackAfterMs, policy.failbackAtMostMs ?? 0, grace.few, grace.down))
      if (history.known.some(({ state }) => state === 'unknown')) return
      const serving = [0, 1, 2, 3].filter(history.hasWeight)
      const inTiers = policy.tiers.flatMap(({ members, weights }) =>
        members.filter((_, at) => weights?.[at] !== 0),
      )
      const isGood = (one: number) => history.isGood(one)
      if (inTiers.some(isGood))
        expect(serving.filter((one) => !isAsked(history.known[one], policy.minReady))).toEqual([])
    }),
    { numRuns: 1500 },
  ))

it('what has any ready endpoint is not left for what is down, however long that is borne', () =>
  fc.assert(
    fc.property(anyWorld, anyPolicy, graces, turns, (world, asked, grace, happened) => {
      const policy = { ...asked, failoverAfterMs: grace.few, failoverWhenDownMs: grace.down }
      const known = world.known.map(() => readinessOf(6, 6))
      const drained = world.drained.map(() => 'no' as const)
      const history = new History({ ...world, policy, known, drained }).settled()
      for (const { turns: backend, to, ms } of happened) {
        history.turn(backend, to)
        history.pass(ms)
      }
      for (const { before, after, known } of history.written) {
        const serving = ({ backends }: typeof before) =>
          [0, 1, 2, 3].filter((one) => (backends[one]?.weight ?? 0) > 0 && mayServeIn({ policy }, one))
        const isDark = serving(after).every((one) => known[one]?.state === 'down')
        if (isDark) expect(serving(before).filter((one) => known[one]?.state === 'ready')).toEqual([])
      }
    }),
    { numRuns: 1500 },
  ))
