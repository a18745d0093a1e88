import { expect, test } from 'vitest'
import { counted } from './counted.ts'

test.each([
  [0, '0 routes'],
  [1, '1 route'],
  [2, '2 routes'],
])('%i', (count, text) => {
  expect(counted(count, 'route')).toBe(text)
})

test('a noun with another plural, or with its verb', () => {
  expect([1, 2].map((count) => counted(count, 'route is', 'routes are'))).toEqual([
    '1 route is',
    '2 routes are',
  ])
})
