import { expect, test } from 'vitest'
import { shrink } from './shrink.ts'

const numbers = Array.from({ length: 100 }, (_, index) => index)
const needs =
  (...wanted: number[]) =>
  async (some: readonly number[]) =>
    wanted.every((one) => some.includes(one))

test.each([[[42]], [[0, 99]], [[3, 4, 50, 77]]])('finds exactly what matters: %j', async (wanted) => {
  expect(await shrink(numbers, needs(...wanted), 1000)).toEqual(wanted)
})

test('stops when its budget is used up, with what still matters', async () => {
  let asked = 0
  const kept = await shrink(
    numbers,
    async (some) => {
      asked += 1
      return some.includes(3) && some.includes(77)
    },
    5,
  )
  expect(asked).toBeLessThanOrEqual(5)
  expect(kept).toEqual(expect.arrayContaining([3, 77]))
})
