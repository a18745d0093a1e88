import { expect, it } from 'vitest'
import { entry } from '../testing/builders.ts'
import { reactionsOf, shownSpan } from './reactions.ts'

it('takes the last transitions, oldest first, and leaves out what was no write', () => {
  const lines = [
    entry('a', 1000, { reactionMs: 9 }),
    entry('b', 2000, { reactionMs: null }),
    entry('c', 3000, { reactionMs: 4 }),
    entry('d', 4000, { reactionMs: 6 }),
  ]
  expect(reactionsOf(lines, 2)).toEqual({ at: [3, 4], ms: [4, 6], median: 4, p99: 6 })
})

it('says what half and 99 of 100 needed', () => {
  const lines = Array.from({ length: 100 }, (_, index) => entry('a', index, { reactionMs: index + 1 }))
  expect(reactionsOf(lines, 1000)).toMatchObject({ median: 50, p99: 99 })
})

it('knows nothing before the first transition', () => {
  expect(reactionsOf([], 10)).toEqual({ at: [], ms: [], median: undefined, p99: undefined })
})

it('shows a minute at least, up to the last transition, and no dot at the edge', () => {
  expect([shownSpan([100]), shownSpan([70, 100]), shownSpan([10, 50, 100])]).toEqual([
    [41, 101],
    [41, 101],
    [9, 101],
  ])
})
