import { expect, it } from 'vitest'
import { Samples } from './samples.ts'

const weights = (all: Record<string, number>) => new Map(Object.entries(all))

it('tells what was sent since the last sample, and how the traffic is shared', () => {
  const samples = new Samples(10)
  samples.take(1000, { ok: 50, failed: 0 }, weights({ a: 1, b: 0 }))
  samples.take(1250, { ok: 90, failed: 10 }, weights({ a: 0, b: 3, c: 1 }))
  expect(samples.after(0)).toEqual([
    { number: 1, at: 1000, ok: 50, failed: 0, shares: { a: 1, b: 0 } },
    { number: 2, at: 1250, ok: 40, failed: 10, shares: { a: 0, b: 0.75, c: 0.25 } },
  ])
})

it('gives nobody a share where there is no weight', () => {
  const samples = new Samples(10)
  samples.take(0, { ok: 0, failed: 0 }, weights({ a: 0 }))
  expect(samples.after(0)[0]?.shares).toEqual({ a: 0 })
})

it('keeps the last ones, and tells only what a page does not know', () => {
  const samples = new Samples(3)
  for (let at = 1; at <= 5; at += 1) samples.take(at, { ok: at, failed: 0 }, weights({}))
  expect(samples.after(0).map(({ number }) => number)).toEqual([3, 4, 5])
  expect(samples.after(4).map(({ number }) => number)).toEqual([5])
})
