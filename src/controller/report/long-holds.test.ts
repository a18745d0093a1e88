import { beforeEach, expect, it } from 'vitest'
import { judgeSplit } from '../../core/judge.ts'
import { readinessFrom, splitOf } from '../../core/testing/builders.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { longHoldMs } from '../../routes/long-hold.ts'
import { RouteMemory } from '../memory.ts'
import { LongHolds } from './long-holds.ts'

const key = 'HTTPRoute/shop/web'
let clock: ReturnType<typeof createManualClock>
let memory: RouteMemory
let news: string[]
let holds: LongHolds
beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  news = []
  holds = new LongHolds(clock, memory, (route) => news.push(route))
})

type State = 'ready' | 'down' | 'unknown'

/** A look at a route of two rules, of whose primaries this is known. */
const see = (...states: readonly [State, State]) =>
  holds.see(
    key,
    states.map((web, rule) =>
      judgeSplit(
        splitOf({ web: rule, east: 1 }, { where: `rule ${rule}` }),
        readinessFrom({ web, east: 'ready' }),
      ),
    ),
  )
const places = () => holds.of(key).map(({ where, serving }) => `${where} on its ${serving}`)

it('times each split by itself, and asks to be woken for the next', async () => {
  expect(see('unknown', 'ready')).toBe(clock.now() + longHoldMs)
  await clock.advance(60_000)
  expect(see('unknown', 'unknown')).toBe(clock.now() + longHoldMs - 60_000)
  await clock.advance(longHoldMs - 60_000)
  expect(see('unknown', 'unknown')).toBe(clock.now() + 60_000)
  expect(places()).toEqual(['rule 0 on its secondaries'])
  await clock.advance(60_000)
  expect(see('unknown', 'unknown')).toBeUndefined()
  expect(places()).toEqual(['rule 0 on its secondaries', 'rule 1 on its primary'])
  expect(news).toEqual([key, key])
})

it('has news when a long hold ends, and none of a short one', async () => {
  see('unknown', 'unknown')
  await clock.advance(longHoldMs)
  see('unknown', 'ready')
  expect([news.splice(0), places()]).toEqual([[key], ['rule 0 on its secondaries']])
  see('unknown', 'unknown')
  expect(see('down', 'unknown')).toBe(clock.now() + longHoldMs)
  expect([news.splice(0), places()]).toEqual([[key], []])
  expect(see('down', 'ready')).toBeUndefined()
  expect(news).toEqual([])
})

it('begins again with a route that was forgotten', async () => {
  see('unknown', 'ready')
  await clock.advance(longHoldMs)
  memory.forget(key)
  expect(see('unknown', 'ready')).toBe(clock.now() + longHoldMs)
  expect(places()).toEqual([])
})
