import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Turns } from './turns.ts'

const perSecond = fc.oneof(
  fc.constantFrom(0.1, 0.3, 1, 3, 20),
  fc.double({ min: 0.1, max: 100, noNaN: true }),
)
const clock = fc.double({ min: 0, max: 1e9, noNaN: true })

it('gives the turns of one second at once, and the next ones one after another, whatever the clock says', () =>
  fc.assert(
    fc.property(perSecond, clock, (rate, now) => {
      const turns = new Turns()
      const next = () => turns.take(['east'], rate, now)
      const atOnce = Array.from({ length: Math.max(1, Math.floor(rate)) }, next)
      expect(new Set(atOnce)).toEqual(new Set([now]))
      expect(next() - now).toBeCloseTo(1000 / rate, 3)
      expect(next() - now).toBeCloseTo(2000 / rate, 3)
    }),
  ))

it('gives a turn that has come, whatever the clock says', () =>
  fc.assert(
    fc.property(perSecond, clock, fc.integer({ min: 1, max: 50 }), (rate, start, count) => {
      const turns = new Turns()
      let now = start
      for (const _ of Array(Math.max(1, Math.floor(rate))).keys()) turns.take(['east'], rate, now)
      for (const _ of Array(count).keys()) {
        now += 1000 / rate
        expect(turns.take(['east'], rate, now)).toBe(now)
      }
    }),
  ))
