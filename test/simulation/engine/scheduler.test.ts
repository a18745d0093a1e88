import { expect, test } from 'vitest'
import { Process } from './process.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'

test('things are done in the order of their time, equal times in the order in which they were asked for', async () => {
  const scheduler = new Scheduler()
  const done: string[] = []
  const times = [7, 3, 9, 3, 1, 8, 3, 2]
  for (const [index, time] of times.entries()) scheduler.at(time, () => done.push(`${time}:${index}`))
  await scheduler.run(8, () => false)
  expect(done).toEqual(['1:4', '2:7', '3:1', '3:3', '3:6', '7:0', '8:5'])
  expect(scheduler.now).toBe(8)
})

test('what was cancelled is not done, and promises settle before time goes on', async () => {
  const scheduler = new Scheduler()
  const done: string[] = []
  scheduler.at(5, () => done.push('never')).cancel()
  scheduler.at(1, async () => {
    await Promise.resolve()
    await Promise.resolve()
    scheduler.after(0, () => done.push(`after the promises, at ${scheduler.now}`))
  })
  scheduler.at(2, () => done.push('at 2'))
  await scheduler.run(10, () => false)
  expect(done).toEqual(['after the promises, at 1', 'at 2'])
})

test('a moment that never ends is told, instead of waited for', async () => {
  const scheduler = new Scheduler()
  const again = (): void => void scheduler.after(0, again)
  scheduler.at(5, again)
  expect(await scheduler.run(10, () => false)).toBe('stuck')
  expect(scheduler.now).toBe(5)
})

test('a process waits for a millisecond at least, even where less is left than its clock can tell', async () => {
  const scheduler = new Scheduler()
  scheduler.now = 500_000
  const process = new Process('a', 1, 0, scheduler)
  const fired: number[] = []
  process.clock.after(1e-12, () => fired.push(scheduler.now))
  expect(await scheduler.run(500_010, () => false)).toBe('over')
  expect(fired).toEqual([500_001])
})

test('a frozen process finds at its thaw what came meanwhile; a dead one nothing', async () => {
  const scheduler = new Scheduler()
  const process = new Process('a', 1, 0, scheduler)
  const done: string[] = []
  process.clock.after(10, () => done.push(`timer at ${process.clock.now()}`))
  process.freeze()
  scheduler.at(20, () => process.thaw())
  scheduler.at(30, () => {
    process.clock.after(5, () => done.push('never'))
    process.kill()
  })
  await scheduler.run(100, () => false)
  expect(done).toEqual(['timer at 20'])
})

test('equal seeds draw equal numbers, near seeds have nothing in common', () => {
  const draw = (seed: string) => {
    const random = new Random(seed)
    return Array.from({ length: 100 }, () => random.whole(0, 9))
  }
  expect(draw('1')).toEqual(draw('1'))
  const same = draw('1').filter((number, index) => number === draw('2')[index])
  expect(same.length).toBeLessThan(30)
})

test('the hash of a trace tells order and content', () => {
  const hashOf = (...lines: string[]) => {
    const trace = new Trace(false)
    for (const [at, line] of lines.entries()) trace.add(at, line)
    return trace.hash
  }
  expect(hashOf('a', 'b')).toBe(hashOf('a', 'b'))
  expect(new Set([hashOf('a', 'b'), hashOf('b', 'a'), hashOf('a'), hashOf('a', 'c')]).size).toBe(4)
})
