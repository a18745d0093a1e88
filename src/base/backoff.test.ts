import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBackoff } from './backoff.ts'

test('waits stay within the limits, and their lower bound doubles', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 20 }), (randoms) => {
      const numbers = [...randoms]
      const backoff = createBackoff(800, 30_000, () => numbers.shift() ?? 0)
      randoms.forEach((_, index) => {
        const wait = backoff.next()
        expect(wait).toBeGreaterThanOrEqual(Math.min(800 * 2 ** index, 15_000))
        expect(wait).toBeLessThanOrEqual(30_000)
      })
      backoff.reset()
      expect(backoff.next()).toBe(800)
    }),
  )
})
