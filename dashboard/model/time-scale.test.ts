import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { panned, pixelOf, ticks, timeOf, zoomed } from './time-scale.ts'

const minute = 60_000
const start = new Date(2026, 10, 24, 3, 0).getTime()
const scale = { from: start, to: start + 10 * minute, width: 1000 }

it('puts times on pixels and back', () => {
  expect(pixelOf(scale, start + 5 * minute)).toBe(500)
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 1500 }), (pixel) => {
      expect(pixelOf(scale, timeOf(scale, pixel))).toBeCloseTo(pixel, 2)
    }),
  )
})

describe('zoom', () => {
  it('keeps the time under the pointer where it is', () => {
    const closer = zoomed(scale, 0.5, 250)
    expect(closer.to - closer.from).toBe(5 * minute)
    expect(timeOf(closer, 250)).toBe(timeOf(scale, 250))
  })

  it('ends at the closest and the widest that make sense', () => {
    expect(zoomed(scale, 1e-9, 0).to - zoomed(scale, 1e-9, 0).from).toBe(50)
    expect(zoomed(scale, 1e9, 0).to - zoomed(scale, 1e9, 0).from).toBe(400 * 24 * 60 * minute)
  })
})

it('moves by a share of what is seen', () => {
  expect(panned(scale, 0.5)).toEqual({ from: start + 5 * minute, to: start + 15 * minute, width: 1000 })
})

describe('ticks', () => {
  it('stand at round times of the clock', () => {
    expect(ticks(scale, 150).map(({ text }) => text)).toEqual([
      '03:00',
      '03:02',
      '03:04',
      '03:06',
      '03:08',
      '03:10',
    ])
  })

  it.each([
    [200, /:\d\d\.\d{3}$/],
    [30_000, /^\d\d:\d\d:\d\d$/],
    [20 * 24 * 60 * minute, /^\d\d-\d\d$/],
  ])('say what a span of %d ms needs', (span, form) => {
    for (const { text } of ticks({ ...scale, to: start + span }, 100)) expect(text).toMatch(form)
  })

  it('never crowd, whatever the span', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 2_000_000_000 }), (span) => {
        const pixels = ticks({ ...scale, to: start + span }, 90).map(({ pixel }) => pixel)
        for (const [index, pixel] of pixels.slice(1).entries())
          expect(pixel - (pixels[index] ?? 0)).toBeGreaterThanOrEqual(89.99)
      }),
    )
  })
})
