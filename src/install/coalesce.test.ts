import { describe, expect, it } from 'vitest'
import { coalesce, overlay } from './coalesce.ts'

describe('values over values, as Helm lays them', () => {
  it.each([
    ['keeps what is not named', { a: 1, b: 2 }, { b: 3 }, { a: 1, b: 3 }],
    [
      'merges maps to any depth',
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { d: 3 } } },
      { a: { b: { c: 1, d: 3 } } },
    ],
    ['replaces lists as a whole', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['replaces a map by what is none', { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    ['replaces what is no map by a map', { a: 'x' }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['takes away a key that is null', { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    ['keeps null where there is nothing to take away', {}, { a: null }, { a: null }],
    ['keeps null in a map that is new', {}, { a: { b: null } }, { a: { b: null } }],
    [
      'leaves false, zero and the empty text',
      { a: true, b: 1, c: 'x' },
      { a: false, b: 0, c: '' },
      { a: false, b: 0, c: '' },
    ],
  ])('%s', (_, base, over, merged) => {
    expect(coalesce(base, over)).toEqual(merged)
  })

  it('changes neither of the two', () => {
    const base = { a: { b: 1 } }
    const over = { a: { c: 2 } }
    coalesce(base, over)
    expect([base, over]).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }])
  })
})

describe('values of a user over others', () => {
  it('keep null, so that it can take away what the chart says', () => {
    const first = { resources: { limits: { cpu: null } }, image: { tag: 'v1' } }
    const both = overlay(first, { image: { tag: null, name: 'x' } })
    expect(both).toEqual({ resources: { limits: { cpu: null } }, image: { tag: null, name: 'x' } })
    expect(coalesce({ resources: { limits: { cpu: 1, memory: 2 } }, image: { tag: 'v0' } }, both)).toEqual({
      resources: { limits: { memory: 2 } },
      image: { name: 'x' },
    })
  })
})
