import fc from 'fast-check'
import { expect, it } from 'vitest'
import { slotsFor, windowOf } from './window.ts'

const rowHeight = 50
const overscan = 5

it('draws what is seen and some rows on both sides', () => {
  expect(windowOf(1000, 500, rowHeight, 10_000, overscan)).toEqual({ first: 12, end: 36 })
})

it('does not move with every row that is scrolled by', () => {
  const windows = [1050, 1100, 1150, 1249].map((top) => windowOf(top, 500, rowHeight, 10_000, overscan))
  expect(new Set(windows.map(({ first }) => first)).size).toBe(1)
})

it('begins at the first row while the list is further down the page, or out of sight', () => {
  expect(windowOf(-300, 500, rowHeight, 10_000, overscan)).toEqual({ first: 0, end: 12 })
  expect(windowOf(-5000, 500, rowHeight, 10_000, overscan)).toEqual({ first: 0, end: 5 })
})

it('has no rows where there are none', () => {
  expect(windowOf(0, 500, rowHeight, 0, overscan)).toEqual({ first: 0, end: 0 })
})

it('shows every row that is in sight, and never many more, wherever the page is scrolled', () => {
  const anywhere = fc.record({
    top: fc.integer({ min: -2000, max: 600_000 }),
    height: fc.nat(3000),
    rows: fc.nat(10_000),
  })
  fc.assert(
    fc.property(anywhere, ({ top, height, rows }) => {
      const { first, end } = windowOf(top, height, rowHeight, rows, overscan)
      const seen = {
        first: Math.max(0, Math.floor(top / rowHeight)),
        end: Math.min(rows, Math.ceil((top + height) / rowHeight)),
      }
      if (seen.first < seen.end) {
        expect(first).toBeLessThanOrEqual(seen.first)
        expect(end).toBeGreaterThanOrEqual(seen.end)
      }
      expect(first).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(rows)
      expect(end - first).toBeLessThanOrEqual(slotsFor(height, rowHeight, overscan))
    }),
  )
})
