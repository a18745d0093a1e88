import { expect, it } from 'vitest'
import { Slowly } from './slowly.ts'

/** Something that takes so many milliseconds, and tells how often it was done. */
function slowly(costMs: number) {
  let now = 0
  let computed = 0
  const slow = new Slowly<string, number>(() => now)
  const compute = () => {
    now += costMs
    computed += 1
    return computed
  }
  return (question: string, version: number, at: number) => {
    now = Math.max(now, at)
    return slow.ask(question, version, compute)
  }
}

it('answers the same again while nothing changed, however long', () => {
  const ask = slowly(1)
  expect([ask('a', 1, 0), ask('a', 1, 5), ask('a', 1, 99_000)]).toEqual([1, 1, 1])
})

it('answers every change at once where that is cheap', () => {
  const ask = slowly(0)
  expect([ask('a', 1, 0), ask('a', 2, 1), ask('a', 3, 1)]).toEqual([1, 2, 3])
})

it('takes no more than a twentieth of the time where that is dear', () => {
  const ask = slowly(10)
  expect([ask('a', 1, 0), ask('a', 2, 100), ask('a', 3, 209), ask('a', 4, 210), ask('a', 5, 300)]).toEqual([
    1, 1, 1, 2, 2,
  ])
})

it('answers another question at once, dear or not', () => {
  const ask = slowly(50)
  expect([ask('a', 1, 0), ask('b', 1, 51)]).toEqual([1, 2])
})
