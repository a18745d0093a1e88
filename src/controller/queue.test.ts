import { describe, expect, it } from 'vitest'
import { createManualClock, settle } from '../kube/testing/manual-clock.ts'
import { type Cause, type Handled, Queue } from './queue.ts'

/** A queue whose work ends when the test says so. */
function setUp(concurrency = 16, isUrgent = (_: string): boolean => false) {
  const clock = createManualClock()
  const begun: { key: string; cause: Cause; end: (outcome: Handled) => void }[] = []
  const bugs: unknown[] = []
  const queue = new Queue({
    clock,
    concurrency,
    handle: (key, cause) => new Promise((end) => begun.push({ key, cause, end })),
    onBug: (_, error) => bugs.push(error),
    isUrgent,
  })
  const add = (key: string) => queue.add(key, { at: clock.now() })
  const end = async (index: number, outcome: Handled) => {
    begun[index]?.end(outcome)
    await settle()
  }
  return { clock, queue, begun, bugs, add, end, keys: () => begun.map(({ key }) => key) }
}

describe('the queue', () => {
  it('begins nothing before it is started', async () => {
    const { queue, add, keys } = setUp()
    add('a')
    await settle()
    expect(keys()).toEqual([])
    queue.start()
    await settle()
    expect(keys()).toEqual(['a'])
  })

  it('takes a key once, however often it is added', async () => {
    const { queue, add, keys } = setUp()
    queue.start()
    for (const key of ['a', 'b', 'a', 'a']) add(key)
    await settle()
    expect(keys()).toEqual(['a', 'b'])
  })

  it('handles a key by one worker at a time, and once more if it changed meanwhile', async () => {
    const { queue, add, keys, end } = setUp()
    queue.start()
    add('a')
    await settle()
    add('a')
    add('a')
    await settle()
    expect(keys()).toEqual(['a'])
    await end(0, 'done')
    expect(keys()).toEqual(['a', 'a'])
    await end(1, 'done')
    expect(keys()).toEqual(['a', 'a'])
  })

  it('waits as long as the server asks, whatever changes meanwhile, and no longer', async () => {
    const { clock, queue, add, keys, end } = setUp()
    queue.start()
    add('a')
    await settle()
    await end(0, { retryAfterMs: 7_000 })
    await clock.advance(3_000)
    add('a')
    await clock.advance(3_999)
    expect(keys()).toEqual(['a'])
    await clock.advance(1)
    expect(keys()).toEqual(['a', 'a'])
    await end(1, 'done')
    add('a')
    await settle()
    expect(keys()).toEqual(['a', 'a', 'a'])
    expect(clock.pending).toBe(0)
  })

  it('looks again when it was asked to, which is no failure', async () => {
    const { clock, queue, add, begun, end } = setUp()
    queue.start()
    add('a')
    await settle()
    await end(0, { lookAgainMs: 7_000 })
    await clock.advance(6_999)
    expect(begun).toHaveLength(1)
    await clock.advance(1)
    expect(begun[1]?.cause).toEqual({ at: 7_000 })
    await end(1, 'retry')
    await clock.advance(5)
    expect(begun).toHaveLength(3)
    await end(2, 'done')
    expect(clock.pending).toBe(0)
  })

  it('does not wait with a fresh change until it looks again, and looks no second time unless asked', async () => {
    const { clock, queue, add, keys, end } = setUp()
    queue.start()
    add('a')
    await settle()
    await end(0, { lookAgainMs: 7_000 })
    add('a')
    await settle()
    expect(keys()).toEqual(['a', 'a'])
    add('a')
    await end(1, { lookAgainMs: 7_000 })
    expect(keys()).toEqual(['a', 'a', 'a'])
    await end(2, 'done')
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(keys()).toEqual(['a', 'a', 'a'])
  })

  it('leaves no timer behind when it is drained before it looks again', async () => {
    const { clock, queue, add, end } = setUp()
    queue.start()
    for (const key of ['a', 'b']) add(key)
    await settle()
    await end(0, { lookAgainMs: 7_000 })
    const drained = queue.drain()
    await end(1, { lookAgainMs: 7_000 })
    await drained
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer behind when it is drained in such a wait', async () => {
    const { clock, queue, add, end } = setUp()
    queue.start()
    add('a')
    await settle()
    await end(0, { retryAfterMs: 7_000 })
    await queue.drain()
    add('a')
    expect(clock.pending).toBe(0)
  })

  it('has no more in flight than it may', async () => {
    const { queue, add, keys, end } = setUp(2)
    queue.start()
    for (const key of ['a', 'b', 'c']) add(key)
    await settle()
    expect([keys(), queue.depth, queue.inFlight]).toEqual([['a', 'b'], 1, 2])
    await end(0, 'done')
    expect([keys(), queue.depth, queue.inFlight]).toEqual([['a', 'b', 'c'], 0, 2])
  })

  it('tries again after 5 ms, doubling to 30 s, and begins anew after a success', async () => {
    const { clock, queue, add, begun, end } = setUp()
    queue.start()
    add('a')
    await settle()
    for (const [failures, wait] of [5, 10, 20, 40, 80].entries()) {
      await end(failures, 'retry')
      await clock.advance(wait - 1)
      expect(begun).toHaveLength(failures + 1)
      await clock.advance(1)
      expect(begun).toHaveLength(failures + 2)
    }
    for (let failures = 5; failures < 20; failures += 1) {
      await end(failures, 'retry')
      await clock.advance(30_000)
      expect(begun).toHaveLength(failures + 2)
    }
    await end(20, 'done')
    add('a')
    await settle()
    await end(21, 'retry')
    await clock.advance(5)
    expect(begun).toHaveLength(23)
  })

  it('lets a fresh change overtake a backoff', async () => {
    const { clock, queue, add, begun, end } = setUp()
    queue.start()
    add('a')
    await settle()
    await end(0, 'retry')
    add('a')
    await settle()
    expect(begun).toHaveLength(2)
    await end(1, 'done')
    await clock.advance(60_000)
    expect(begun).toHaveLength(2)
  })

  it('measures from the earliest change that is not answered yet', async () => {
    const { clock, queue, add, begun, end } = setUp()
    queue.start()
    add('a')
    await settle()
    await end(0, 'retry')
    await clock.advance(5)
    expect(begun[1]?.cause).toEqual({ at: 0 })
    await end(1, 'done')
    add('a')
    await settle()
    expect(begun[2]?.cause).toEqual({ at: 5 })
  })

  it('tells how long the oldest key waits', async () => {
    const { clock, queue, add } = setUp(1)
    queue.start()
    add('a')
    await settle()
    add('b')
    await clock.advance(150_000)
    expect(queue.oldestAgeMs).toBe(150_000)
  })

  it('drains: what is in flight ends, nothing else begins', async () => {
    const { queue, add, keys, end } = setUp(1)
    queue.start()
    add('a')
    await settle()
    add('b')
    let drained = false
    const done = queue.drain().then(() => {
      drained = true
    })
    await settle()
    expect(drained).toBe(false)
    await end(0, 'retry')
    await done
    expect(keys()).toEqual(['a'])
  })

  it('takes an exception for a bug: says so and tries again', async () => {
    const clock = createManualClock()
    const bugs: unknown[] = []
    let calls = 0
    const queue = new Queue({
      clock,
      concurrency: 1,
      handle: async () => {
        calls += 1
        if (calls === 1) throw new Error('boom')
        return 'done'
      },
      onBug: (key, error) => bugs.push([key, error]),
    })
    queue.start()
    queue.add('a', { at: 0 })
    await clock.advance(5)
    expect([calls, bugs]).toEqual([2, [['a', new Error('boom')]]])
  })
})

describe('urgent keys', () => {
  /** With one worker, in the order in which the keys are handled. */
  async function orderOf(keys: readonly string[], isUrgent = (key: string) => key.startsWith('u')) {
    const { queue, add, keys: begun, end } = setUp(1, isUrgent)
    for (const key of keys) add(key)
    queue.start()
    await settle()
    for (const index of keys.keys()) await end(index, 'done')
    return begun()
  }

  it('go before others, and each kind in its order', async () => {
    expect(await orderOf(['a', 'u1', 'b', 'u2'])).toEqual(['u1', 'u2', 'a', 'b'])
  })

  it('let one of the others go after seven in a row', async () => {
    const urgent = Array.from({ length: 9 }, (_, index) => `u${index}`)
    const order = await orderOf(['a', 'b', ...urgent])
    expect(order).toEqual([...urgent.slice(0, 7), 'a', ...urgent.slice(7), 'b'])
  })

  it('overtake when they become urgent while they wait, and are handled once', async () => {
    const urgent = new Set<string>()
    const { queue, add, keys, end } = setUp(1, (key) => urgent.has(key))
    queue.start()
    for (const key of ['a', 'b', 'c']) add(key)
    await settle()
    urgent.add('c')
    add('c')
    for (const index of [0, 1, 2]) await end(index, 'done')
    expect(keys()).toEqual(['a', 'c', 'b'])
  })

  it('do not hide how long another waits', async () => {
    const { clock, queue, add } = setUp(0, (key) => key === 'u')
    queue.start()
    add('a')
    await clock.advance(1000)
    add('u')
    expect([queue.depth, queue.oldestAgeMs]).toEqual([2, 1000])
  })
})
