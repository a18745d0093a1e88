import { expect, it } from 'vitest'
import { Slowly } from './slowly.ts'

const asker = () => {
  const slowly = new Slowly<string, number>(1000)
  let computed = 0
  return (question: string, version: number, now: number) =>
    slowly.ask(question, version, now, () => ++computed)
}

it('answers the same again while nothing changed, however long', () => {
  const ask = asker()
  expect([ask('a', 1, 0), ask('a', 1, 5), ask('a', 1, 99_000)]).toEqual([1, 1, 1])
})

it('answers a change at once after a quiet time, and in a storm once in a while', () => {
  const ask = asker()
  ask('a', 1, 0)
  expect([ask('a', 2, 5000), ask('a', 3, 5100), ask('a', 4, 5900), ask('a', 5, 6000)]).toEqual([2, 2, 2, 3])
})

it('answers another question at once', () => {
  const ask = asker()
  expect([ask('a', 1, 0), ask('b', 1, 1)]).toEqual([1, 2])
})
