import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entry, entryItem } from '../testing/builders.ts'
import { entryOf, History } from './timeline-entry.ts'

it('keeps of a line of the timeline what the page shows', () => {
  expect(entryOf(entryItem('web', 1500, 7))).toEqual({
    id: 'e-7',
    revision: 7,
    at: 1500,
    what: 'failover',
    key: 'TrafficSplit/shop/web',
    state: 'failover',
    sentence: 'shop/web did so',
    cluster: null,
    reactionMs: 5,
    fromEvents: false,
  })
})

describe('history', () => {
  const line = (revision: number) => entry('a', revision)

  it('is in order and has each line once, in whatever order and pieces the lines come', () => {
    const pieces = fc.array(fc.array(fc.nat(50), { maxLength: 8 }))
    fc.assert(
      fc.property(pieces, (all) => {
        const history = new History(1000)
        for (const piece of all) history.add(piece.map(line))
        const expected = [...new Set(all.flat())].sort((one, other) => one - other)
        expect(history.lines.map(({ revision }) => revision)).toEqual(expected)
      }),
    )
  })

  it('puts what was read back from Events in its place in time, though it comes later', () => {
    const history = new History(100)
    history.add([line(10), line(20)])
    history.add([{ ...line(21), at: 15, fromEvents: true }])
    history.add([line(30)])
    expect(history.lines.map(({ revision }) => revision)).toEqual([10, 21, 20, 30])
  })

  it('forgets the oldest, and never holds much more than it should', () => {
    const history = new History(100)
    for (let revision = 0; revision < 5000; revision += 1) {
      history.add([line(revision)])
      expect(history.lines.length).toBeLessThanOrEqual(110)
    }
    expect(history.lines.at(-1)?.revision).toBe(4999)
    expect(history.lines.length).toBeGreaterThanOrEqual(100)
  })
})
