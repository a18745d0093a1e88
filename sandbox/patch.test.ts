import { describe, expect, it } from 'vitest'
import type { Json } from './json.ts'
import { jsonPatch, mergePatch, strategicMergePatch } from './patch.ts'

describe('JSON Patch', () => {
  it('leaves the object alone, whether it succeeds or not', () => {
    const object = { list: [1, 2], deep: { a: 1 } }
    expect(jsonPatch(object, [{ op: 'remove', path: '/list/0' }])).toEqual({ list: [2], deep: { a: 1 } })
    expect(() =>
      jsonPatch(object, [
        { op: 'remove', path: '/deep/a' },
        { op: 'test', path: '/x', value: 1 },
      ]),
    ).toThrow()
    expect(object).toEqual({ list: [1, 2], deep: { a: 1 } })
  })

  it('reads escaped names', () => {
    expect(jsonPatch({ 'a/b': 1, 'c~d': 2 }, [{ op: 'remove', path: '/a~1b' }])).toEqual({ 'c~d': 2 })
    expect(jsonPatch({ 'c~d': 2 }, [{ op: 'replace', path: '/c~0d', value: 3 }])).toEqual({ 'c~d': 3 })
  })
})

describe('merge patch', () => {
  it('merges deeply, replaces lists, removes with null', () => {
    const target = { a: { b: 1, c: [1] }, d: 1 }
    expect(mergePatch(target, { a: { c: [2] }, d: null })).toEqual({ a: { b: 1, c: [2] } })
  })
})

describe('strategic merge patch', () => {
  const template = (containers: Json[]) => ({ spec: { template: { spec: { containers } } } })
  const app = { name: 'app', image: 'a:1', env: [{ name: 'X', value: '1' }] }

  it('merges containers by name and keeps the order asked for', () => {
    const patch = {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'side' }, { name: 'app' }],
            containers: [
              { name: 'side', image: 's:1' },
              { name: 'app', image: 'a:2' },
            ],
          },
        },
      },
    }
    expect(strategicMergePatch(template([app]), patch, 'Deployment')).toEqual(
      template([
        { name: 'side', image: 's:1' },
        { ...app, image: 'a:2' },
      ]),
    )
  })

  it('deletes items and primitives where a directive says so', () => {
    const gone = { spec: { ports: [{ port: 80, $patch: 'delete' }] } }
    expect(strategicMergePatch({ spec: { ports: [{ port: 80 }, { port: 81 }] } }, gone, 'Service')).toEqual({
      spec: { ports: [{ port: 81 }] },
    })
    const finalizers = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }
    expect(strategicMergePatch({ metadata: { finalizers: ['a', 'b'] } }, finalizers, 'Pod')).toEqual({
      metadata: { finalizers: ['b'] },
    })
  })

  it('replaces what is not merged by key', () => {
    expect(strategicMergePatch({ endpoints: [1, 2] }, { endpoints: [3] }, 'EndpointSlice')).toEqual({
      endpoints: [3],
    })
  })
})
