import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jsonAsGo } from '../../src/base/json-patch.ts'
import { jsonPatch, mergePatch, type NewKit, split, versionOf } from './kit.ts'

/** An entry of `metadata.managedFields`. */
const owner = z.object({
  manager: z.string(),
  fieldsV1: z.object({ 'f:spec': z.record(z.string(), z.unknown()).optional() }),
})
const weight = (index: number) => `/spec/backends/${index}/weight`
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
const test = (path: string, value: unknown) => ({ op: 'test', path, value })

/** JSON Patch and merge patch, above all as the operator uses them. */
export function patching(newKit: NewKit): void {
  describe('patching', () => {
    it('moves weights whose tests hold', async () => {
      const kit = await newKit()
      await kit.createSplit('a', [1, 0])
      const patched = await kit.patch(kit.splits('a'), jsonPatch, [
        test('/spec/backends/0/service', 'web-0'),
        test(weight(0), 1),
        replace(weight(0), 0),
        test(weight(1), 0),
        replace(weight(1), 1),
      ])
      expect(patched.spec?.backends).toEqual([
        { service: 'web-0', weight: 0 },
        { service: 'web-1', weight: 1 },
      ])
      expect(patched.metadata.generation).toBe(2)
    })

    it('compares identity and generation, which counts changes of the spec alone', async () => {
      const kit = await newKit()
      const { metadata } = await kit.createSplit('a', [1, 0])
      const move = (generation: number) => [
        test('/metadata/uid', metadata.uid),
        test('/metadata/generation', generation),
        replace(weight(0), 0),
      ]
      const labels = { metadata: { labels: { app: 'web' } } }
      await kit.patch(kit.splits('a'), mergePatch, labels)
      const ask = { method: 'PATCH', path: kit.splits('a'), contentType: jsonPatch }
      await kit.refused({ ...ask, body: move(2) }, 422, 'Invalid')
      const patched = await kit.ok({ ...ask, body: move(1) })
      expect(patched.metadata.generation).toBe(2)
      await kit.refused({ ...ask, body: move(1) }, 422, 'Invalid')
    })

    it('knows who changed the weights last by the name that the client gives itself', async () => {
      const kit = await newKit()
      await kit.createSplit('a', [1, 0])
      const set = async (manager: string, value: number) => {
        const ask = { method: 'PATCH', path: kit.splits('a'), query: { fieldManager: manager } }
        const body = [replace(weight(0), value)]
        const { metadata } = await kit.ok({ ...ask, contentType: jsonPatch, body })
        const entries = z.array(owner).parse(metadata.managedFields)
        return entries.flatMap(({ manager: name, fieldsV1 }) =>
          'f:backends' in (fieldsV1['f:spec'] ?? {}) ? name : [],
        )
      }
      expect(await set('first', 3)).toEqual(['first'])
      expect(await set('second', 4)).toEqual(['second'])
      expect(await set('third', 4), 'who changes nothing').toEqual(['second'])
      expect(await set('first', 5)).toEqual(['first'])
    })

    it('changes nothing when one test fails, and answers 422', async () => {
      const kit = await newKit()
      const created = await kit.createSplit('a', [1, 0])
      const body = [replace(weight(0), 5), test(weight(1), 9), replace(weight(1), 5)]
      const ask = { method: 'PATCH', path: kit.splits('a'), contentType: jsonPatch, body }
      const { message } = await kit.refused(ask, 422, 'Invalid')
      expect(message).toBe('the server rejected our request due to an error in our request')
      const now = await kit.ok({ path: kit.splits('a') })
      expect(now.spec).toEqual(created.spec)
      expect(versionOf(now)).toBe(versionOf(created))
    })

    it.each([
      ['replaces what is not there', [replace('/spec/nothing/here', 1)], 422, 'Invalid'],
      ['removes what is not there', [{ op: 'remove', path: '/spec/nothing' }], 422, 'Invalid'],
      ['tests what is not there', [test('/spec/nothing', 1)], 422, 'Invalid'],
      ['tests inside of what is not there', [test('/spec/nothing/here', null)], 422, 'Invalid'],
      ['takes what is there for absent', [test('/metadata/name', null)], 422, 'Invalid'],
      ['writes past the end of a list', [replace(weight(7), 1)], 422, 'Invalid'],
      ['adds into nothing', [{ op: 'add', path: '/spec/nothing/here', value: 1 }], 422, 'Invalid'],
      ['is no list', { spec: {} }, 400, 'BadRequest'],
      ['makes the object invalid', [replace(weight(0), 'much')], 422, 'Invalid'],
      ['asks for an old version', [replace('/metadata/resourceVersion', '1')], 409, 'Conflict'],
    ])('refuses a JSON Patch that %s', async (_, body, code, reason) => {
      const kit = await newKit()
      await kit.createSplit('a', [1])
      const ask = { method: 'PATCH', path: kit.splits('a'), contentType: jsonPatch, body }
      await kit.refused(ask, code, reason)
    })

    it('compares the text of a value as Go writes it, not the value', async () => {
      const kit = await newKit()
      const note = 'a&b <c> "d" \\ \u2028 \u2029 \t\b\f é 🙂'
      const body = { ...split('a', [1]), metadata: { name: 'a', annotations: { note } } }
      await kit.ok({ method: 'POST', path: kit.splits(), body })
      const patch = [test('/metadata/annotations/note', note), replace(weight(0), 2)]
      const ask = { method: 'PATCH', path: kit.splits('a'), contentType: jsonPatch }
      await kit.refused({ ...ask, text: JSON.stringify(patch) }, 422, 'Invalid')
      const moved = await kit.ok({ ...ask, text: jsonAsGo(patch) })
      expect(moved.spec?.backends).toEqual([{ service: 'web-0', weight: 2 }])
    })

    it('takes what is absent for null', async () => {
      const kit = await newKit()
      const body = { ...split('a', [1]), metadata: { name: 'a', annotations: {} } }
      await kit.ok({ method: 'POST', path: kit.splits(), body })
      const tests = [test('/metadata/annotations', null), test('/spec/backends/0/nothing', null)]
      await kit.patch(kit.splits('a'), jsonPatch, [...tests, replace(weight(0), 2)])
      const metadata = { annotations: { other: 'x' } }
      await kit.patch(kit.splits('a'), mergePatch, { metadata })
      const patched = await kit.patch(kit.splits('a'), jsonPatch, [
        test('/metadata/annotations/failover.linkerd.io~1paused', null),
        replace(weight(0), 3),
      ])
      expect(patched.spec?.backends).toEqual([{ service: 'web-0', weight: 3 }])
    })

    it('adds, removes, moves and copies', async () => {
      const kit = await newKit()
      await kit.createMap('a')
      const patched = await kit.patch(kit.maps('a'), jsonPatch, [
        { op: 'add', path: '/data/b', value: '2' },
        { op: 'copy', from: '/data/a', path: '/data/d' },
        { op: 'move', from: '/data/a', path: '/data/e' },
        { op: 'add', path: '/metadata/labels', value: {} },
        { op: 'add', path: '/metadata/labels/example.com~1x', value: 'y' },
        { op: 'remove', path: '/data/d' },
      ])
      expect(patched.data).toEqual({ b: '2', e: '1' })
      expect(patched.metadata.labels).toEqual({ 'example.com/x': 'y' })
    })

    it('adds items to a list by place and at its end', async () => {
      const kit = await newKit()
      await kit.createSplit('a', [1])
      const backend = (service: string) => ({ service, weight: 0 })
      const patched = await kit.patch(kit.splits('a'), jsonPatch, [
        { op: 'add', path: '/spec/backends/-', value: backend('last') },
        { op: 'add', path: '/spec/backends/0', value: backend('first') },
      ])
      const services = JSON.stringify(patched.spec?.backends).match(/(first|web-0|last)/g)
      expect(services).toEqual(['first', 'web-0', 'last'])
    })

    it('merges objects, replaces lists, and removes with null', async () => {
      const kit = await newKit()
      await kit.createSplit('a', [1, 0])
      const patched = await kit.patch(kit.splits('a'), mergePatch, {
        metadata: { labels: { app: 'web' } },
        spec: { backends: [{ service: 'only', weight: 3 }] },
      })
      expect(patched.spec).toEqual({ service: 'web', backends: [{ service: 'only', weight: 3 }] })
      const unlabelled = await kit.patch(kit.splits('a'), mergePatch, {
        metadata: { labels: { app: null } },
      })
      expect(unlabelled.metadata.labels ?? {}).toEqual({})
    })

    it('does not count a patch that changes nothing', async () => {
      const kit = await newKit()
      const created = await kit.createSplit('a', [1])
      const again = await kit.patch(kit.splits('a'), jsonPatch, [replace(weight(0), 1)])
      expect(versionOf(again)).toBe(versionOf(created))
      const merged = await kit.patch(kit.splits('a'), mergePatch, { spec: { service: 'web' } })
      expect(versionOf(merged)).toBe(versionOf(created))
    })

    it('refuses patches of unknown types, of nothing, and of unchosen kinds', async () => {
      const kit = await newKit()
      await kit.createSplit('a', [1])
      const patch = (path: string, contentType: string) => ({
        method: 'PATCH',
        ...{ path, contentType, body: {} },
      })
      const strategic = 'application/strategic-merge-patch+json'
      await kit.refused(patch(kit.splits('a'), 'application/json'), 415, 'UnsupportedMediaType')
      await kit.refused(patch(kit.splits('a'), strategic), 415, 'UnsupportedMediaType')
      await kit.refused(patch(kit.splits('gone'), mergePatch), 404, 'NotFound')
    })

    it('reads "500m" of v1alpha1 back as it is in both versions', async () => {
      const kit = await newKit()
      await kit.createSplit('a', ['500m', 0], 'v1alpha1')
      for (const version of ['v1alpha1', 'v1alpha2']) {
        const object = await kit.ok({ path: kit.splits('a', version) })
        expect(object.apiVersion).toBe(`split.smi-spec.io/${version}`)
        expect(object.spec?.backends).toEqual([
          { service: 'web-0', weight: '500m' },
          { service: 'web-1', weight: 0 },
        ])
      }
    })

    it('takes a patch through v1alpha2 only if no weight of the list stays a string', async () => {
      const kit = await newKit()
      await kit.createSplit('a', ['500m', '0m'], 'v1alpha1')
      const one = [test(weight(0), '500m'), replace(weight(0), 0)]
      const ask = { method: 'PATCH', path: kit.splits('a'), contentType: jsonPatch }
      await kit.refused({ ...ask, body: one }, 422, 'Invalid')
      await kit.ok({ ...ask, body: [{ op: 'add', path: '/metadata/labels', value: { x: 'y' } }] })
      await kit.ok({ ...ask, body: [...one, replace(weight(1), 1)] })
      await kit.ok({
        ...ask,
        path: kit.splits('a', 'v1alpha1'),
        body: [replace(weight(0), '500m'), replace(weight(1), 1)],
      })
    })
  })
}
