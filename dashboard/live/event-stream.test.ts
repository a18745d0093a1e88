import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventStreamReader } from './event-stream.ts'

const text =
  ': hello\nretry: 1000\n\nid: e1-7\nevent: route\ndata: {"a":1}\n\ndata: one\ndata: two\n\nevent: nothing\n\n'
const events = [
  { type: 'route', data: '{"a":1}', id: 'e1-7' },
  { type: 'message', data: 'one\ntwo', id: 'e1-7' },
]

describe('a stream of events', () => {
  it('is read as the standard says', () => expect(new EventStreamReader().read(text)).toEqual(events))

  it('is the same in whatever pieces it arrives, and with every end of line', () => {
    const cuts = fc.array(fc.nat(text.length + 30))
    fc.assert(
      fc.property(cuts, fc.constantFrom('\n', '\r\n', '\r'), (all, end) => {
        const whole = text.replaceAll('\n', end)
        const reader = new EventStreamReader()
        const places = [
          0,
          ...all.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
          whole.length,
        ]
        const pieces = places.slice(1).map((to, index) => whole.slice(places[index], to))
        // A lone \r at the very end could still become \r\n; the next line settles it.
        expect([...pieces, ':'].flatMap((piece) => reader.read(piece))).toEqual(events)
      }),
    )
  })

  it('goes on counting from the id of an earlier connection', () => {
    expect(new EventStreamReader('e1-5').read('event: status\ndata: {}\n\n')).toEqual([
      { type: 'status', data: '{}', id: 'e1-5' },
    ])
  })
})
