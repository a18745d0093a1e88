import { describe, expect, it } from 'vitest'
import { type NewKit, namesOf, versionOf } from './kit.ts'

/** Lists, selectors, pages, and errors of reads. */
export function reading(newKit: NewKit): void {
  describe('reading', () => {
    it('lists one namespace in the order of names, and all namespaces', async () => {
      const kit = await newKit()
      for (const name of ['b', 'a-1', 'a']) await kit.createMap(name, { test: kit.namespace })
      const list = await kit.ok({ path: kit.maps() })
      expect(namesOf(list)).toEqual(['a', 'a-1', 'b'])
      expect(list.kind).toBe('ConfigMapList')
      const labelSelector = `test=${kit.namespace}`
      expect(namesOf(await kit.ok({ path: '/api/v1/configmaps', query: { labelSelector } }))).toHaveLength(3)
    })

    it('names the type in items of custom kinds only', async () => {
      const kit = await newKit()
      await kit.createMap('a')
      await kit.createSplit('a', [1])
      const types = async (path: string) =>
        (await kit.ok({ path })).items?.map(({ apiVersion, kind }) => ({ apiVersion, kind }))
      expect(await types(kit.maps())).toEqual([{ apiVersion: undefined, kind: undefined }])
      expect(await types(kit.splits())).toEqual([
        { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit' },
      ])
    })

    it.each([
      ['app=web', ['one', 'two']],
      ['app==web,tier=front', ['one']],
      ['app!=web', ['none', 'three']],
      ['app in (web, api)', ['one', 'three', 'two']],
      ['app notin (web)', ['none', 'three']],
      ['tier', ['one', 'two']],
      ['!app', ['none']],
    ])('selects by label: %s', async (labelSelector, names) => {
      const kit = await newKit()
      await kit.createMap('one', { app: 'web', tier: 'front' })
      await kit.createMap('two', { app: 'web', tier: 'back' })
      await kit.createMap('three', { app: 'api' })
      await kit.createMap('none')
      expect(namesOf(await kit.ok({ path: kit.maps(), query: { labelSelector } }))).toEqual(names)
    })

    it('selects by field, and refuses fields that the kind does not offer', async () => {
      const kit = await newKit()
      await kit.createMap('one')
      await kit.createMap('two')
      const query = { fieldSelector: 'metadata.name=two' }
      expect(namesOf(await kit.ok({ path: kit.maps(), query }))).toEqual(['two'])
      await kit.refused({ path: kit.maps(), query: { fieldSelector: 'data.a=1' } }, 400, 'BadRequest')
      await kit.refused({ path: kit.maps(), query: { labelSelector: '=x=' } }, 400, 'BadRequest')
    })

    it('pages a list; all pages show the moment of the first', async () => {
      const kit = await newKit()
      for (const name of ['a', 'b', 'c', 'd', 'e']) await kit.createMap(name)
      const first = await kit.ok({ path: kit.maps(), query: { limit: 2 } })
      expect(namesOf(first)).toEqual(['a', 'b'])
      expect(first.metadata.remainingItemCount).toBe(3)
      await kit.delete(kit.maps('c'))
      await kit.createMap('cc')
      const next = { limit: 2, continue: first.metadata.continue ?? '' }
      const second = await kit.ok({ path: kit.maps(), query: next })
      expect(namesOf(second)).toEqual(['c', 'd'])
      expect(versionOf(second)).toBe(versionOf(first))
      const end = await kit.ok({
        path: kit.maps(),
        query: { limit: 2, continue: second.metadata.continue ?? '' },
      })
      expect(namesOf(end)).toEqual(['e'])
      expect(end.metadata.continue).toBeUndefined()
    })

    it('does not count what remains behind a selector', async () => {
      const kit = await newKit()
      for (const name of ['a', 'b', 'c']) await kit.createMap(name, { app: 'web' })
      const list = await kit.ok({ path: kit.maps(), query: { limit: 2, labelSelector: 'app=web' } })
      expect(namesOf(list)).toEqual(['a', 'b'])
      expect(list.metadata.continue).toBeTruthy()
      expect(list.metadata.remainingItemCount).toBeUndefined()
    })

    it('shows the state of an exact version', async () => {
      const kit = await newKit()
      await kit.createMap('a')
      const { metadata } = await kit.ok({ path: kit.maps() })
      await kit.createMap('b')
      await kit.delete(kit.maps('a'))
      const query = { resourceVersion: metadata.resourceVersion ?? '', resourceVersionMatch: 'Exact' }
      expect(namesOf(await kit.ok({ path: kit.maps(), query }))).toEqual(['a'])
    })

    it('lists at a version that is at least the newest write of anyone', async () => {
      const kit = await newKit()
      const map = await kit.createMap('a')
      const other = await kit.createSplit('a', [1])
      expect(versionOf(other)).toBeGreaterThan(versionOf(map))
      expect(versionOf(await kit.ok({ path: kit.maps() }))).toBeGreaterThanOrEqual(versionOf(map))
      expect(versionOf(await kit.ok({ path: kit.splits() }))).toBeGreaterThanOrEqual(versionOf(other))
    })

    it('answers 404 for objects that are not there, with a Status that names them', async () => {
      const kit = await newKit()
      const map = await kit.refused({ path: kit.maps('gone') }, 404, 'NotFound')
      expect(map.message).toBe('configmaps "gone" not found')
      expect(map.details).toEqual({ name: 'gone', kind: 'configmaps' })
      const { message, details } = await kit.refused({ path: kit.splits('gone') }, 404, 'NotFound')
      expect(message).toBe('trafficsplits.split.smi-spec.io "gone" not found')
      expect(details).toEqual({ name: 'gone', group: 'split.smi-spec.io', kind: 'trafficsplits' })
    })

    it('answers 404 in plain text for kinds that are not served', async () => {
      const kit = await newKit()
      for (const path of ['/apis/split.smi-spec.io/v9/trafficsplits', '/apis/nothing.example/v1/things']) {
        const reply = await kit.request({ path })
        expect(reply.status).toBe(404)
        expect(reply.json.message).toBe('404 page not found\n')
      }
    })

    it('makes tables on request', async () => {
      const kit = await newKit()
      await kit.createMap('a')
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
      const table = await kit.ok({ path: kit.maps(), accept })
      expect(table).toMatchObject({
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        rows: [{ cells: ['a', 1, expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
      })
    })
  })
}
