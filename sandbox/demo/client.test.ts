import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lastSecond, noTraffic, pick, remember, send, successPercent, type Target } from './client.ts'

const target = (name: string, weight: number, ready = true): Target => ({ name, weight, ready })

/** Walks evenly through [0, 1). */
const evenly = (steps: number) => {
  let step = 0
  return () => (step++ % steps) / steps
}

describe('pick', () => {
  it('never picks a backend of weight 0 while another has weight', () => {
    const weights = fc
      .array(fc.nat(5), { minLength: 1, maxLength: 6 })
      .filter((all) => all.some((w) => w > 0))
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(weights, random, (all, number) => {
        const targets = all.map((weight, index) => target(`s${index}`, weight))
        expect(pick(targets, 's0', () => number)?.weight).toBeGreaterThan(0)
      }),
    )
  })

  it('falls back to the apex when all weights are zero', () => {
    expect(pick([target('a', 0), target('b', 0)], 'b', () => 0.5)?.name).toBe('b')
    expect(pick([], 'b', () => 0.5)).toBeUndefined()
  })
})

describe('send', () => {
  it('shares requests by weight', () => {
    const batch = send(40, 0, [target('a', 1), target('b', 3), target('c', 0)], 'a', evenly(40))
    expect([...batch.byBackend]).toEqual([
      ['a', 10],
      ['b', 30],
    ])
    expect(batch).toMatchObject({ ok: 40, failed: 0 })
  })

  it('fails what was sent to a backend that cannot serve, or to none at all', () => {
    expect(send(10, 0, [target('a', 1, false), target('b', 1)], 'a', evenly(10))).toMatchObject({
      ok: 5,
      failed: 5,
    })
    expect(send(3, 0, [], 'a', evenly(1))).toMatchObject({ ok: 0, failed: 3 })
  })
})

describe('the memory of the client', () => {
  const batch = (at: number, ok: number, failed: number) => ({
    at,
    ok,
    failed,
    byBackend: new Map([['a', ok]]),
  })

  it('keeps totals for good and the rest for a second', () => {
    const traffic = [batch(0, 5, 1), batch(600, 7, 0), batch(1300, 9, 2)].reduce(remember, noTraffic)
    expect(traffic).toMatchObject({ ok: 21, failed: 3 })
    expect(lastSecond(traffic, 1300)).toEqual({ ok: 16, failed: 2, byBackend: new Map([['a', 16]]) })
    expect(lastSecond(traffic, 9000)).toEqual({ ok: 0, failed: 0, byBackend: new Map() })
  })

  it('calls no requests at all a success', () => {
    expect(successPercent({ ok: 0, failed: 0 })).toBe(100)
    expect(successPercent({ ok: 3, failed: 1 })).toBe(75)
  })
})
