import { expect, it } from 'vitest'
import { columnsOf, successNow } from './shares.ts'

const sample = (number: number, ok: number, failed: number, shares: Record<string, number> = {}) => ({
  number,
  at: number * 1000,
  ok,
  failed,
  shares,
})

it('lays the shares of the services on each other, and the success over them', () => {
  const samples = [sample(1, 50, 0, { a: 1, b: 0 }), sample(2, 30, 10, { a: 0.25, b: 0.75 })]
  expect(columnsOf(samples, ['a', 'b'])).toEqual([
    [1, 2],
    [100, 25],
    [100, 100],
    [100, 75],
  ])
})

it('knows no success where nothing was sent', () => {
  expect(columnsOf([sample(1, 0, 0)], [])).toEqual([[1], [null]])
  expect(successNow([sample(1, 0, 0)])).toBeUndefined()
})

it('says how the last second went', () => {
  const old = sample(1, 0, 50)
  const good = [2, 3, 4, 5].map((number) => sample(number, 50, 0))
  expect(successNow([old, ...good])).toBe(1)
  expect(successNow([...good, sample(6, 0, 50)])).toBe(0.75)
})
