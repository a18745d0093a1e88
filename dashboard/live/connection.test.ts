import { describe, expect, it } from 'vitest'
import { atFirst, type ConnectionEvent, delayAfter, next } from './connection.ts'

const following = (...events: ConnectionEvent[]) => events.reduce(next, atFirst)
const heard = { kind: 'heard', at: 1000 } as const
const current = { kind: 'current' } as const
const failed = { kind: 'failed', why: 'it is gone', retryAt: 5000 } as const

describe('the connection', () => {
  it('is live only once all that is shown is what the server said last', () => {
    expect(following({ kind: 'trying' }, heard).phase).toBe('connecting')
    expect(following({ kind: 'trying' }, heard, current)).toMatchObject({ phase: 'live', heardAt: 1000 })
  })

  it('is lost after a failure, and says since when, why, and when it tries again', () => {
    expect(following(heard, current, failed)).toEqual({
      phase: 'lost',
      heardAt: 1000,
      why: 'it is gone',
      retryAt: 5000,
      failures: 1,
    })
  })

  it('stays lost while it is tried again, until everything is known', () => {
    const again = following(heard, current, failed, { kind: 'trying' }, { kind: 'heard', at: 6000 })
    expect(again).toMatchObject({ phase: 'lost', why: 'it is gone', retryAt: undefined })
    expect(next(again, current)).toMatchObject({ phase: 'live', failures: 0, why: undefined })
  })

  it('that is given up since nobody looks is neither live nor a failure, until everything is known again', () => {
    const asleep = following(heard, current, { kind: 'asleep' })
    expect(asleep).toMatchObject({ phase: 'asleep', heardAt: 1000, failures: 0 })
    const waking = next(next(asleep, { kind: 'trying' }), { kind: 'heard', at: 9000 })
    expect(waking.phase).toBe('asleep')
    expect(next(waking, current).phase).toBe('live')
    expect(next(waking, failed).phase).toBe('lost')
  })
})

it('waits longer after each failure, up to five seconds and a quarter, and never all pages equally', () => {
  expect([0, 1, 2, 10, 1000].map((failures) => delayAfter(failures, 0.5))).toEqual([
    250, 500, 1000, 5000, 5000,
  ])
  expect(delayAfter(0, 0)).toBe(187.5)
  expect(delayAfter(1000, 1)).toBe(6250)
})
