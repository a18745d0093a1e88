import { expect, it } from 'vitest'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { giveBackMemory } from './spare-memory.ts'

function start() {
  const clock = createManualClock()
  const state = { rests: false, collected: [] as number[] }
  const timer = giveBackMemory({
    clock,
    isAtRest: () => state.rests,
    gc: () => state.collected.push(clock.now()),
  })
  return { clock, state, timer }
}

it('is given back once, after 1 to 2 s of rest', async () => {
  const { clock, state } = start()
  await clock.advance(5_500)
  expect(state.collected).toEqual([])
  state.rests = true
  await clock.advance(60_000)
  expect(state.collected).toEqual([7_000])
  expect(clock.pending).toBe(0)
})

it('is not given back while there is work now and then', async () => {
  const { clock, state } = start()
  for (let second = 0; second < 10; second += 1) {
    state.rests = second % 2 === 0
    await clock.advance(1_000)
  }
  expect(state.collected).toEqual([])
})

it('is not given back once the process stops', async () => {
  const { clock, state, timer } = start()
  state.rests = true
  await clock.advance(1_000)
  timer.cancel()
  await clock.advance(10_000)
  expect([state.collected, clock.pending]).toEqual([[], 0])
})
