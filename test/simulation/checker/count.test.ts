import { expect, test } from 'vitest'
import { type Count, endpoints, gradeOf, sumsOf } from './count.ts'

const countOf = (ready: number | 'unknown'): Count => (ready === 'unknown' ? ready : endpoints(ready))

test.each([
  [[], [0]],
  [[[0], [2]], [2]],
  [[[1], [2]], [3]],
  [[[0], ['unknown']], ['unknown']],
  [[['unknown'], [1]], [1]],
  [[[0], [0]], [0]],
  [
    [[0, 1], ['unknown']],
    ['unknown', 1],
  ],
  [
    [[0, 'unknown'], [0]],
    [0, 'unknown'],
  ],
] as const)('members %j come to %j', (members, sums) => {
  expect(sumsOf(members.map((some) => some.map(countOf)))).toEqual(sums.map(countOf))
})

test.each([
  [0, 'down'],
  [1, 'few'],
  [2, 'ready'],
  [Number.POSITIVE_INFINITY, 'ready'],
  ['unknown', 'unknown'],
] as const)('%j of 2 is %s', (count, grade) => {
  expect(gradeOf(countOf(count), { minReady: { count: 2 } })).toBe(grade)
})

test.each([
  [{ count: 1, percent: 50 }, 2, 4, 'ready'],
  [{ count: 1, percent: 50 }, 2, 5, 'few'],
  [{ count: 1, percent: 50, expected: 6 }, 2, 4, 'few'],
  [{ count: 1, percent: 50, expected: 6 }, 3, 4, 'ready'],
  [{ count: 1, percent: 50, expected: 6 }, Number.POSITIVE_INFINITY, 1, 'ready'],
  [{ count: 1, percent: 1 }, 0, 4, 'down'],
] as const)('by %j, %j of %j are %s', (minReady, ready, listed, grade) => {
  expect(gradeOf(endpoints(ready, listed), { minReady })).toBe(grade)
})

test('what is enough to serve may not be enough to come back', () => {
  const enough = { minReady: { count: 1 }, toReturn: { count: 3 } }
  expect([0, 2, 3].map((ready) => gradeOf(endpoints(ready), enough))).toEqual(['down', 'fair', 'ready'])
})
