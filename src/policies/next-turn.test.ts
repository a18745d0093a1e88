import { expect, it } from 'vitest'
import type { Clock } from '../base/clock.ts'
import { NextTurn } from './next-turn.ts'

/** As after a suspension: the time has passed, and no timer has fired yet. */
it('looks when it is asked after the time has come, before its timer fires', () => {
  let now = 0
  const clock: Clock = {
    now: () => now,
    wallTime: () => new Date(now),
    after: () => ({ cancel: () => {} }),
  }
  let looks = 0
  const turn = new NextTurn(clock, () => {
    looks += 1
    turn.lookAfter(undefined)
  })
  turn.lookAfter(10_000)
  now = 9_999
  turn.lookIfDue()
  expect(looks).toBe(0)
  now = 60_000
  turn.lookIfDue()
  turn.lookIfDue()
  expect(looks).toBe(1)
})
