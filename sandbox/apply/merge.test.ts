import { describe, expect, test } from 'vitest'
import { fromFieldsV1, toFieldsV1 } from './field-sets.ts'
import { compare, fieldsOf, merged, withoutFields } from './merge.ts'

const named = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
const shape = {
  properties: {
    items: named,
    tags: { 'x-kubernetes-list-type': 'set' },
    whole: { 'x-kubernetes-map-type': 'atomic' },
    free: { 'x-kubernetes-preserve-unknown-fields': true },
  },
}
const items = (...names: string[]) => ({ items: names.map((name) => ({ name })) })

describe('lists are merged', () => {
  test.each([
    ['as they are', ['a', 'b'], ['a'], ['a', 'b']],
    ['in the order of what is applied', ['a', 'b', 'c'], ['c', 'a'], ['b', 'c', 'a']],
    ['with what is new where it is applied', ['a', 'b'], ['x', 'b'], ['a', 'x', 'b']],
    ['with what is applied last at the end', ['a'], ['b', 'c'], ['a', 'b', 'c']],
  ])('%s', (_, live, applied, both) => {
    expect(merged(shape, items(...live), items(...applied))).toEqual(items(...both))
  })

  test('as sets and as wholes, if they are such', () => {
    const live = { tags: ['a', 'b'], other: [1, 2], whole: { a: 1 }, free: { a: 1 } }
    const applied = { tags: ['c'], other: [3], whole: { b: 2 }, free: { b: 2 } }
    expect(merged(shape, live, applied)).toEqual({
      tags: ['a', 'b', 'c'],
      other: [3],
      whole: { b: 2 },
      free: { a: 1, b: 2 },
    })
  })
})

test('the fields of a value are its leaves, its items, and members that no schema names', () => {
  const value = {
    items: [{ name: 'a', x: {} }],
    tags: ['t'],
    whole: { a: 1 },
    free: { a: { b: 1 } },
    list: [],
  }
  expect(toFieldsV1(fieldsOf(shape, value))).toEqual({
    'f:items': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:x': {} } },
    'f:tags': { 'v:"t"': {} },
    'f:whole': {},
    'f:free': { 'f:a': { '.': {}, 'f:b': {} } },
    'f:list': {},
  })
})

test('a comparison has what was added with all that is in it, what changed, and what went', () => {
  const before = { items: [{ name: 'a', x: 1 }], whole: { a: 1 }, gone: { a: 1 } }
  const after = { items: [{ name: 'a', x: 2 }, { name: 'b' }], whole: { a: 2 }, free: {} }
  const { added, modified, removed } = compare(shape, before, after)
  expect(toFieldsV1(added)).toEqual({
    'f:items': { 'k:{"name":"b"}': { '.': {}, 'f:name': {} } },
    'f:free': {},
  })
  expect(toFieldsV1(modified)).toEqual({ 'f:items': { 'k:{"name":"a"}': { 'f:x': {} } }, 'f:whole': {} })
  expect(toFieldsV1(removed)).toEqual({ 'f:gone': { '.': {}, 'f:a': {} } })
})

test('what has nothing left goes', () => {
  const value = { items: [{ name: 'a' }, { name: 'b' }], free: { a: { b: 1 } }, kept: 1 }
  const gone = fromFieldsV1({ 'f:items': { 'k:{"name":"a"}': {} }, 'f:free': { 'f:a': { 'f:b': {} } } })
  expect(withoutFields(shape, value, gone)).toEqual({ items: [{ name: 'b' }], kept: 1 })
})
