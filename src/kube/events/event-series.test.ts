import { expect, test } from 'vitest'
import { eventInput } from '../testing/event-input.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { SeriesBook } from './event-series.ts'

function open() {
  const clock = createManualClock()
  return { clock, book: new SeriesBook({ clock, random: () => 0.5 }) }
}

test('equal events are one series, of which the latest counts', async () => {
  const { book, clock } = open()
  const first = book.count({ ...eventInput(), annotations: { id: 'a' } })
  const firstSeen = first.firstSeen
  await clock.advance(60_000)
  const again = book.count({ ...eventInput(), annotations: { id: 'b' } })
  expect(again).toBe(first)
  expect(again).toMatchObject({ count: 2, firstSeen, input: { annotations: { id: 'b' } } })
  expect(again.lastSeen.getTime() - firstSeen.getTime()).toBe(60_000)
})

test('events that differ in anything are not equal', () => {
  const { book } = open()
  expect(book.count(eventInput({ note: 'other' }))).not.toBe(book.count(eventInput()))
})

test('minutes later an equal event begins a new series', async () => {
  const { book, clock } = open()
  const first = book.count(eventInput())
  await clock.advance(6 * 60_000 - 1)
  expect(book.count(eventInput())).toBe(first)
  await clock.advance(6 * 60_000)
  const later = book.count(eventInput())
  expect(later.name).not.toBe(first.name)
  expect(later).toMatchObject({ count: 1, written: 0 })
})

test('of many series those used last are kept, two thousand at least', () => {
  const { book } = open()
  const series = (number: number) => book.count(eventInput({ note: String(number) }))
  const [oldest, used] = [series(0), series(1)]
  for (let number = 2; number < 2_000; number += 1) series(number)
  expect(series(1)).toBe(used)
  for (let number = 2_000; number < 4_000; number += 1) series(number)
  expect(series(1)).toBe(used)
  expect(series(0)).not.toBe(oldest)
})
