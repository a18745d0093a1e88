import { expect, test } from 'vitest'
import { below, fromFieldsV1, inOrder, pathText, toFieldsV1 } from './field-sets.ts'

const port = 'k:{"port":80,"protocol":"TCP"}'
const fields = {
  'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a.example/b"': {} }, 'f:labels': { 'f:x': {} } },
  'f:spec': { 'f:ports': { [port]: { '.': {}, 'f:port': {} } }, 'f:selector': {} },
}

test('fields are read and written as in managedFields', () => {
  const set = fromFieldsV1(fields)
  expect(set.size).toBe(6)
  expect(toFieldsV1(set)).toEqual(fields)
  expect(toFieldsV1(new Set())).toEqual({})
})

test('paths are listed and written as in conflicts', () => {
  expect(inOrder(fromFieldsV1(fields)).map(pathText)).toEqual([
    '.metadata.finalizers',
    '.metadata.finalizers[="a.example/b"]',
    '.metadata.labels.x',
    '.spec.selector',
    '.spec.ports[port=80,protocol="TCP"]',
    '.spec.ports[port=80,protocol="TCP"].port',
  ])
})

test('a path begins with its first step', () => {
  expect(below('', 'f:spec')).toBe('f:spec')
  expect(pathText(below('f:spec', 'f:a.b/c'))).toBe('.spec.a.b/c')
})
