import { describe, expect, it } from 'vitest'
import { brief, jsonPatch, mergePatch, type NewKit, rest, take, versionOf } from './kit.ts'

const streamingList = {
  sendInitialEvents: true,
  resourceVersionMatch: 'NotOlderThan',
  allowWatchBookmarks: true,
}
const initialEnd = 'k8s.io/initial-events-end'

/** Watches: from a version, streaming lists, bookmarks, selectors, and versions that are too old. */
export function watching(newKit: NewKit): void {
  describe('watching', () => {
    it('tells every change after a version, in order, each with a newer version', async () => {
      const kit = await newKit()
      await kit.createMap('before')
      const { metadata } = await kit.ok({ path: kit.maps() })
      await kit.createMap('a')
      await kit.patch(kit.maps('a'), mergePatch, { data: { a: '2' } })
      await kit.delete(kit.maps('a'))
      const events = kit.target.watch(kit.maps(), { resourceVersion: metadata.resourceVersion ?? '' })
      const seen = await take(events, 3)
      expect(seen.map(brief)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
      const versions = [Number(metadata.resourceVersion), ...seen.map((event) => versionOf(event.object))]
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
      expect(seen[2]?.object.data).toEqual({ a: '2' })
      expect(seen[0]?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' })
      await kit.createMap('later')
      expect((await take(events, 1)).map(brief)).toEqual(['ADDED later'])
      await events.return()
    })

    it.each([[{}], [{ resourceVersion: '0' }]])('begins with what is there: %o', async (query) => {
      const kit = await newKit()
      await kit.createMap('b')
      await kit.createMap('a')
      const events = kit.target.watch(kit.maps(), query)
      expect((await take(events, 2)).map(brief).sort()).toEqual(['ADDED a', 'ADDED b'])
      await kit.createMap('c')
      expect((await take(events, 1)).map(brief)).toEqual(['ADDED c'])
      await events.return()
    })

    it('streams a list and says where it ends', async () => {
      const kit = await newKit()
      const [a, b] = [await kit.createSplit('a', [1]), await kit.createSplit('b', [1])]
      const events = kit.target.watch(kit.splits(), streamingList)
      const seen = await take(events, 3)
      expect(seen.map(brief)).toEqual(['ADDED a', 'ADDED b', 'BOOKMARK undefined'])
      expect(seen.slice(0, 2).map(({ object }) => versionOf(object))).toEqual([versionOf(a), versionOf(b)])
      const bookmark = seen[2]?.object
      expect(bookmark?.kind).toBe('TrafficSplit')
      expect(bookmark?.metadata.annotations).toEqual({ [initialEnd]: 'true' })
      expect(Number(bookmark?.metadata.resourceVersion)).toBeGreaterThanOrEqual(versionOf(b))
      await kit.delete(kit.splits('a'))
      expect((await take(events, 1)).map(brief)).toEqual(['DELETED a'])
      await events.return()
    })

    it('streams an empty list', async () => {
      const kit = await newKit()
      const events = kit.target.watch(kit.splits(), streamingList)
      const [bookmark] = await take(events, 1)
      expect(bookmark?.type).toBe('BOOKMARK')
      expect(bookmark?.object.metadata.annotations).toEqual({ [initialEnd]: 'true' })
      await events.return()
    })

    it('streams a list without a bookmark for those who cannot read one', async () => {
      const kit = await newKit()
      await kit.createMap('a')
      const query = { ...streamingList, allowWatchBookmarks: false, timeoutSeconds: 1 }
      expect((await rest(kit.target.watch(kit.maps(), query))).map(brief)).toEqual(['ADDED a'])
    })

    it('refuses a streaming list that does not say how old it may be, and the reverse', async () => {
      const kit = await newKit()
      for (const option of [{ sendInitialEvents: true }, { resourceVersionMatch: 'NotOlderThan' }]) {
        const query = { watch: true, timeoutSeconds: 1, ...option }
        await kit.refused({ path: kit.maps(), query }, 422, 'Invalid')
      }
    })

    it('sends a bookmark of what it has seen before it ends at its timeout', async () => {
      const kit = await newKit()
      const { metadata } = await kit.ok({ path: kit.maps() })
      const events = kit.target.watch(kit.maps(), {
        resourceVersion: metadata.resourceVersion ?? '',
        allowWatchBookmarks: true,
        timeoutSeconds: 5,
      })
      await kit.createMap('a')
      expect((await take(events, 1)).map(brief)).toEqual(['ADDED a'])
      const map = await kit.createMap('b')
      const [added, ...bookmarks] = await rest(events)
      expect(added && brief(added)).toBe('ADDED b')
      expect(bookmarks.length).toBeGreaterThan(0)
      for (const { type, object } of bookmarks) {
        expect(type).toBe('BOOKMARK')
        expect(versionOf(object)).toBeGreaterThanOrEqual(versionOf(map))
        expect(object.metadata.annotations).toBeUndefined()
      }
    }, 15_000)

    it('calls a version that is too old expired, inside of the stream', async () => {
      const kit = await newKit()
      const [event] = await rest(kit.target.watch(kit.splits(), { resourceVersion: '1' }))
      expect(event?.type).toBe('ERROR')
      expect(event?.object).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' })
    })

    it('says nothing to a watch from a version that is yet to come, until it has come', async () => {
      const kit = await newKit()
      const { metadata } = await kit.ok({ path: kit.maps() })
      const resourceVersion = String(Number(metadata.resourceVersion) + 100_000)
      const events = kit.target.watch(kit.maps(), { resourceVersion, timeoutSeconds: 2 })
      const heard = rest(events)
      await kit.createMap('unheard')
      expect(await heard).toEqual([])
    })

    it('turns leaving a selection into DELETED and entering it into ADDED', async () => {
      const kit = await newKit()
      await kit.createMap('a', { app: 'web' })
      const { metadata } = await kit.ok({ path: kit.maps() })
      const events = kit.target.watch(kit.maps(), {
        labelSelector: 'app=web',
        resourceVersion: metadata.resourceVersion ?? '',
      })
      const relabel = (app: string | null) =>
        kit.patch(kit.maps('a'), mergePatch, { metadata: { labels: { app } } })
      const left = await relabel(null)
      await kit.patch(kit.maps('a'), mergePatch, { data: { a: 'unseen' } })
      await relabel('web')
      await relabel('api')
      await kit.delete(kit.maps('a'))
      await kit.createMap('b', { app: 'web' })
      const seen = await take(events, 4)
      expect(seen.map(brief)).toEqual(['DELETED a', 'ADDED a', 'DELETED a', 'ADDED b'])
      // As it was when it was last selected, under the version of the change.
      expect(seen[0]?.object.metadata.labels).toEqual({ app: 'web' })
      expect(seen[0]?.object.metadata.resourceVersion).toBe(left.metadata.resourceVersion)
      await events.return()
    })

    it('shows both versions the same change, each in its own', async () => {
      const kit = await newKit()
      const { metadata } = await kit.createSplit('a', [1])
      const query = { resourceVersion: metadata.resourceVersion ?? '' }
      const [one, two] = ['v1alpha1', 'v1alpha2'].map((version) =>
        kit.target.watch(kit.splits(undefined, version), query),
      )
      await kit.patch(kit.splits('a'), jsonPatch, [
        { op: 'replace', path: '/spec/backends/0/weight', value: 7 },
      ])
      for (const [events, version] of [
        [one, 'v1alpha1'],
        [two, 'v1alpha2'],
      ] as const) {
        const [event] = events ? await take(events, 1) : []
        expect(event?.object).toMatchObject({
          apiVersion: `split.smi-spec.io/${version}`,
          spec: { backends: [{ weight: 7 }] },
        })
        await events?.return()
      }
    })

    it('does not tell of writes that change nothing', async () => {
      const kit = await newKit()
      const { metadata } = await kit.createMap('a')
      const events = kit.target.watch(kit.maps(), { resourceVersion: metadata.resourceVersion ?? '' })
      await kit.patch(kit.maps('a'), mergePatch, { data: { a: '1' } })
      await kit.createMap('b')
      expect((await take(events, 1)).map(brief)).toEqual(['ADDED b'])
      await events.return()
    })
  })
}
