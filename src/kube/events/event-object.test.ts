import { expect, test } from 'vitest'
import { eventInput } from '../testing/event-input.ts'
import { eventName, eventObject } from './event-object.ts'

test('a long note is cut to 1024 bytes, not inside a character', () => {
  const now = new Date(Date.UTC(2026, 0, 1))
  const input = eventInput({ note: `a${'ü'.repeat(1000)}` })
  const event = eventObject({ input, name: 'web.1', firstSeen: now, lastSeen: now, count: 1 }, 'pod')
  expect(event).toEqual(expect.objectContaining({ note: expect.stringMatching(/^aü+…$/) }))
  const note = typeof event === 'object' && event !== null && 'note' in event ? String(event.note) : ''
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024)
})

test('the name of an event fits whatever the name of its object', () => {
  const name = eventName(`${'a'.repeat(230)}.${'b'.repeat(22)}`, new Date(Date.UTC(2026, 0, 1)), 0.999_999)
  expect(name.length).toBeLessThanOrEqual(253)
  expect(name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
  expect(name).not.toContain('..')
})
