import { beforeEach, expect, it } from 'vitest'
import { createManualClock, settle } from '../../src/kube/testing/manual-clock.ts'
import { type Asking, createAsking } from './asking.ts'

let clock: ReturnType<typeof createManualClock>
let questions: { answer: () => void; signal: AbortSignal }[]
let asking: Asking

beforeEach(() => {
  clock = createManualClock()
  questions = []
  asking = createAsking({
    ask: (signal) => new Promise((answer) => questions.push({ answer, signal })),
    after: (ms, callback) => {
      const timer = clock.after(ms, callback)
      return () => timer.cancel()
    },
  })
})

const answer = async () => {
  questions.at(-1)?.answer()
  await settle()
}

it('asks at once, and once for what changes while it waits and shortly after', async () => {
  asking.want()
  expect(questions).toHaveLength(1)
  asking.want()
  await answer()
  asking.want()
  await clock.advance(299)
  expect(questions).toHaveLength(1)
  await clock.advance(1)
  expect(questions).toHaveLength(2)
  await answer()
  await clock.advance(10_000)
  expect(questions).toHaveLength(2)
  asking.want()
  expect(questions).toHaveLength(3)
})

it('gets its answers also where changes never end', async () => {
  for (let tenth = 1; tenth <= 100; tenth += 1) {
    asking.want()
    await clock.advance(100)
    // A slow way: an answer takes half a second.
    if (tenth % 5 === 0) await answer()
  }
  expect(questions.length).toBeGreaterThan(9)
  expect(questions.filter(({ signal }) => signal.aborted)).toEqual([])
})

it('calls its question off when it is stopped, and asks no more', async () => {
  asking.want()
  asking.want()
  asking.stop()
  expect(questions[0]?.signal.aborted).toBe(true)
  await answer()
  await clock.advance(10_000)
  expect([questions.length, clock.pending]).toEqual([1, 0])
})
