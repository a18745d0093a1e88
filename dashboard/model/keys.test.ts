import { expect, it } from 'vitest'
import { moved } from './keys.ts'

it.each([
  [-1, 'ArrowDown', 0],
  [3, 'ArrowDown', 4],
  [3, 'j', 4],
  [3, 'ArrowUp', 2],
  [3, 'k', 2],
  [0, 'ArrowUp', 0],
  [99, 'ArrowDown', 99],
  [3, 'PageDown', 13],
  [3, 'PageUp', 0],
  [50, 'Home', 0],
  [50, 'End', 99],
])('from row %d, %s leads to %d', (index, key, target) => expect(moved(index, key, 100, 10)).toBe(target))

it('leaves every other key alone, and has nowhere to go in an empty list', () => {
  expect(moved(3, 'a', 100, 10)).toBeUndefined()
  expect(moved(-1, 'ArrowDown', 0, 10)).toBeUndefined()
})
