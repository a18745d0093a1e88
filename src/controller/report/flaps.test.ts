import { beforeEach, expect, it } from 'vitest'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { RouteMemory } from '../memory.ts'
import { Flaps } from './flaps.ts'

const key = 'HTTPRoute/shop/web'
const away = { what: 'failover', state: 'failover' } as const
const back = { what: 'failback', state: 'primary' } as const
const minute = 60_000
let clock: ReturnType<typeof createManualClock>
let memory: RouteMemory
let flaps: Flaps
beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  flaps = new Flaps(clock, memory)
})

/** So many failovers, each with a way back, so far apart (ms); which of them are flaps. */
async function failovers(count: number, apartMs: number): Promise<string> {
  let text = ''
  for (let index = 0; index < count; index += 1) {
    text += flaps.see(key, away) ? 'F' : '-'
    flaps.see(key, back)
    await clock.advance(apartMs)
  }
  return text
}

it('is the fourth failover of a route within an hour, and each one after it', async () => {
  expect(await failovers(6, 10 * minute)).toBe('---FFF')
})

it('is not one of four failovers in more than an hour', async () => {
  expect(await failovers(8, 20 * minute)).toBe('--------')
})

it('is forgotten when the route is quiet for an hour', async () => {
  expect(await failovers(4, minute)).toBe('---F')
  await clock.advance(60 * minute)
  expect(await failovers(4, minute)).toBe('---F')
})

it('is not made of the failovers of several routes, nor of those of a route that has gone', async () => {
  expect(await failovers(3, minute)).toBe('---')
  expect(flaps.see('HTTPRoute/shop/api', away)).toBe(false)
  memory.forget(key)
  expect(await failovers(1, minute)).toBe('-')
})

it('is not what a drain moves', async () => {
  expect(await failovers(3, minute)).toBe('---')
  expect(flaps.see(key, { what: 'failover', state: 'drained' })).toBe(false)
  expect(await failovers(1, minute)).toBe('F')
})
