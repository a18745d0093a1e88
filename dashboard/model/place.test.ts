import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { home, type Place, readPlace, writePlace } from './place.ts'
import { stateNames } from './states.ts'
import { columns } from './table.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const places: fc.Arbitrary<Place> = fc.oneof(
  fc.constantFrom<Place>({ view: 'timeline' }, { view: 'operator' }),
  fc
    .tuple(text, text, text)
    .filter((parts) => parts.every((part) => part !== '' && !part.includes('/')))
    .map((parts): Place => ({ view: 'route', key: parts.join('/') })),
  fc.record({
    view: fc.constant('routes' as const),
    filter: fc.record({
      text,
      states: fc.subarray([...stateNames]),
      namespace: text,
      kind: text,
      cluster: text,
    }),
    sorting: fc.record({ by: fc.constantFrom(...columns), descending: fc.boolean() }),
  }),
)

it('reads every address that it writes', () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(readPlace(writePlace(place))).toEqual(place)
    }),
  )
})

describe('an address', () => {
  it('is short where nothing was chosen', () => expect(writePlace(home)).toBe('#/'))

  it.each(['', '#', '#/', '#/nowhere', '#/route/only-two/parts', '#/?sort=colour&state=blue', '#/%E0%A4%A'])(
    'that makes no sense leads home: %s',
    (hash) => expect(readPlace(hash)).toEqual(home),
  )
})
