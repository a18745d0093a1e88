import { expect, test } from 'vitest'
import { gradeOf, sumsOf } from './count.ts'

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
  expect(sumsOf(members)).toEqual(sums)
})

test.each([
  [0, 'down'],
  [1, 'few'],
  [2, 'ready'],
  [Number.POSITIVE_INFINITY, 'ready'],
  ['unknown', 'unknown'],
] as const)('%j of 2 is %s', (count, grade) => {
  expect(gradeOf(count, 2)).toBe(grade)
})
