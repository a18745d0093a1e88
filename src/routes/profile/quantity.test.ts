import { expect, test } from 'vitest'
import { parseWeight } from '../weight.ts'
import { quantityOf } from './quantity.ts'

test.each([
  [0, '0'],
  [1, '1'],
  [100, '100'],
  [1000, '1k'],
  [1500, '1500'],
  [2_000_000, '2M'],
  [0.5, '500m'],
  [1.5, '1500m'],
  [0.0001, '1m'],
])('the weight %d is written as %s', (weight, text) => {
  expect(quantityOf(weight)).toBe(text)
})

test.each([0, 1, 0.5, 7.25, 999, 429_000, 429_496])('reads %d as it was', (weight) => {
  const read = parseWeight(quantityOf(weight))
  expect(read).toEqual({ weight })
})
