import { beforeEach, expect, it } from 'vitest'
import type { Clock, Timer } from './clock.ts'
import { Turns } from './turns.ts'

/** A clock on which only work takes time, and whose timers fire when a test says so. */
let now: number
let due: (() => void)[]
const clock: Clock = {
  now: () => now,
  wallTime: () => new Date(now),
  after: (_, callback): Timer => {
    due.push(callback)
    return { cancel: () => (due = due.filter((other) => other !== callback)) }
  },
}
/** Fires what is due now, and not what that makes due. */
const fire = () => {
  for (const callback of due.splice(0)) callback()
}

let done: string[]
/** A job of several steps that take a number of milliseconds each. */
function* job(name: string, steps: number, stepMs: number) {
  for (let step = 1; step <= steps; step += 1) {
    now += stepMs
    done.push(`${name}${step}`)
    yield
  }
}

let turns: Turns
beforeEach(() => {
  now = 0
  due = []
  done = []
  turns = new Turns(clock, 10)
})

it('begins nothing in the turn of whoever adds a job', () => {
  turns.add(job('a', 1, 1))
  expect(done).toEqual([])
  fire()
  expect(done).toEqual(['a1'])
  expect(due).toEqual([])
})

it('does as many small jobs in one turn as fit, in their order', () => {
  for (const name of ['a', 'b', 'c']) turns.add(job(name, 2, 1))
  fire()
  expect(done).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'])
})

it('gives way in the middle of a job once its turn is over, and goes on where it was', () => {
  turns.add(job('a', 5, 4))
  turns.add(job('b', 1, 4))
  fire()
  expect(done).toEqual(['a1', 'a2', 'a3'])
  expect(now).toBe(12)
  now += 100
  fire()
  expect(done).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b1'])
  fire()
  expect(due).toEqual([])
})

it('takes a job that a job adds', () => {
  turns.add(
    (function* () {
      yield
      turns.add(job('b', 1, 1))
    })(),
  )
  fire()
  expect(done).toEqual(['b1'])
  turns.add(job('c', 1, 1))
  fire()
  expect(done).toEqual(['b1', 'c1'])
})

it('drops the rest when it is stopped', () => {
  turns.add(job('a', 5, 10))
  fire()
  turns.stop()
  fire()
  expect(done).toEqual(['a1'])
  expect(due).toEqual([])
})

it('waits for what is more urgent, but not for ever', () => {
  let isBusy = true
  turns = new Turns(clock, 10, () => isBusy)
  turns.add(job('a', 1, 1))
  fire()
  isBusy = false
  fire()
  expect(done).toEqual(['a1'])
  isBusy = true
  turns.add(job('b', 1, 1))
  now += 29_999
  fire()
  expect(done).toEqual(['a1'])
  now += 1
  fire()
  expect(done).toEqual(['a1', 'b1'])
})
