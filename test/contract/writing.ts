import { describe, expect, it } from 'vitest'
import { type NewKit, split, versionOf } from './kit.ts'

/** Creating, replacing and deleting. */
export function writing(newKit: NewKit): void {
  describe('writing', () => {
    it('gives a new object its identity', async () => {
      const kit = await newKit()
      const { metadata } = await kit.createSplit('a', [1, 0])
      expect(metadata).toMatchObject({
        name: 'a',
        namespace: kit.namespace,
        generation: 1,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
      })
    })

    it('makes up a name where only a prefix is given', async () => {
      const kit = await newKit()
      const body = { metadata: { generateName: 'web-' } }
      const created = await kit.ok({ method: 'POST', path: kit.maps(), body })
      expect(created.metadata.name).toMatch(/^web-[a-z0-9]{5}$/)
    })

    it('creates a name once, and only in a namespace that exists', async () => {
      const kit = await newKit()
      await kit.createSplit('a', [1])
      const body = split('a', [1])
      const again = await kit.refused({ method: 'POST', path: kit.splits(), body }, 409, 'AlreadyExists')
      expect(again.message).toBe('trafficsplits.split.smi-spec.io "a" already exists')
      const path = '/apis/split.smi-spec.io/v1alpha2/namespaces/nowhere/trafficsplits'
      const { message } = await kit.refused({ method: 'POST', path, body }, 404, 'NotFound')
      expect(message).toBe('namespaces "nowhere" not found')
    })

    it('refuses bad names and other namespaces than the one of the path', async () => {
      const kit = await newKit()
      const create = (metadata: object) => ({ method: 'POST', path: kit.maps(), body: { metadata } })
      await kit.refused(create({ name: 'A_b' }), 422, 'Invalid')
      await kit.refused(create({ name: 'a'.repeat(254) }), 422, 'Invalid')
      await kit.refused(create({}), 422, 'Invalid')
      await kit.refused(create({ name: 'a', namespace: 'other' }), 400, 'BadRequest')
      await kit.ok(create({ name: 'a'.repeat(253) }))
    })

    it('replaces an object and counts its generation only if the spec changed', async () => {
      const kit = await newKit()
      const created = await kit.createSplit('a', [1])
      const put = (body: unknown) => kit.ok({ method: 'PUT', path: kit.splits('a'), body })
      const labelled = await put({
        ...created,
        metadata: { ...created.metadata, labels: { app: 'web' } },
      })
      expect(labelled.metadata.generation).toBe(1)
      const changed = await put({ ...labelled, spec: split('a', [2]).spec })
      expect(changed.metadata.generation).toBe(2)
      expect(changed.metadata.uid).toBe(created.metadata.uid)
      expect(versionOf(changed)).toBeGreaterThan(versionOf(labelled))
    })

    it('refuses a replacement of an older version than the newest, or of none', async () => {
      const kit = await newKit()
      const created = await kit.createSplit('a', [1])
      const put = (body: unknown) => ({ method: 'PUT', path: kit.splits('a'), body })
      await kit.ok(put({ ...created, spec: split('a', [2]).spec }))
      const { message } = await kit.refused(put({ ...created, spec: split('a', [3]).spec }), 409, 'Conflict')
      expect(message).toBe(
        'Operation cannot be fulfilled on trafficsplits.split.smi-spec.io "a": the object has been ' +
          'modified; please apply your changes to the latest version and try again',
      )
      await kit.refused(put(split('a', [3])), 422, 'Invalid')
      await kit.refused(put({ ...created, metadata: { ...created.metadata, name: 'b' } }), 400, 'BadRequest')
    })

    it('does not count a replacement that changes nothing', async () => {
      const kit = await newKit()
      const created = await kit.createSplit('a', [1])
      const again = await kit.ok({ method: 'PUT', path: kit.splits('a'), body: created })
      expect(versionOf(again)).toBe(versionOf(created))
    })

    it('deletes once, and says what', async () => {
      const kit = await newKit()
      const { metadata } = await kit.createSplit('a', [1])
      expect(await kit.delete(kit.splits('a'))).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'a', group: 'split.smi-spec.io', kind: 'trafficsplits', uid: metadata.uid },
      })
      await kit.refused({ method: 'DELETE', path: kit.splits('a') }, 404, 'NotFound')
    })

    it('deletes only what the preconditions name', async () => {
      const kit = await newKit()
      await kit.createMap('a')
      const body = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } }
      await kit.refused({ method: 'DELETE', path: kit.maps('a'), body }, 409, 'Conflict')
      await kit.ok({ path: kit.maps('a') })
    })

    it('keeps an object with finalizers until the last one is removed', async () => {
      const kit = await newKit()
      const body = { metadata: { name: 'a', finalizers: ['example.com/wait'] } }
      await kit.ok({ method: 'POST', path: kit.maps(), body })
      await kit.delete(kit.maps('a'))
      const marked = await kit.ok({ path: kit.maps('a') })
      expect(marked.metadata.deletionTimestamp).toBeTruthy()
      const metadata = { ...marked.metadata, finalizers: [] }
      await kit.ok({ method: 'PUT', path: kit.maps('a'), body: { ...marked, metadata } })
      await kit.refused({ path: kit.maps('a') }, 404, 'NotFound')
    })

    it('deletes a selected collection', async () => {
      const kit = await newKit()
      await kit.createMap('a', { app: 'web' })
      await kit.createMap('b', { app: 'api' })
      await kit.ok({ method: 'DELETE', path: kit.maps(), query: { labelSelector: 'app=web' } })
      const { items } = await kit.ok({ path: kit.maps() })
      expect(items?.map(({ metadata }) => metadata.name)).toEqual(['b'])
    })

    it('wants a number as weight in v1alpha2, and any integer or string in v1alpha1', async () => {
      const kit = await newKit()
      const create = (version: string, name: string, weight: unknown) => ({
        method: 'POST',
        path: kit.splits(undefined, version),
        body: split(name, [weight], version),
      })
      for (const [name, weight] of [
        ['text', '500m'],
        ['none', undefined],
        ['flag', true],
      ] as const) {
        await kit.refused(create('v1alpha2', name, weight), 422, 'Invalid')
      }
      await kit.refused(create('v1alpha1', 'fraction', 0.5), 422, 'Invalid')
      await kit.ok(create('v1alpha2', 'fraction', 0.5))
      await kit.ok(create('v1alpha1', 'text', '500m'))
      await kit.ok(create('v1alpha1', 'number', 500))
    })

    it('names the field that is wrong', async () => {
      const kit = await newKit()
      const { details, message } = await kit.refused(
        { method: 'POST', path: kit.splits(), body: split('a', ['500m']) },
        422,
        'Invalid',
      )
      expect(message).toContain('spec.backends[0].weight in body must be of type number: "string"')
      expect(details).toMatchObject({
        name: 'a',
        group: 'split.smi-spec.io',
        kind: 'TrafficSplit',
        causes: [{ reason: 'FieldValueTypeInvalid', field: 'spec.backends[0].weight' }],
      })
    })

    it('drops unknown fields of custom objects, or refuses them where that is asked for', async () => {
      const kit = await newKit()
      const body = { ...split('a', [1]), spec: { ...split('a', [1]).spec, extra: true } }
      const query = { fieldValidation: 'Strict' }
      await kit.refused({ method: 'POST', path: kit.splits(), query, body }, 400, 'BadRequest')
      const created = await kit.ok({ method: 'POST', path: kit.splits(), body })
      expect(created.spec?.extra).toBeUndefined()
    })

    it('refuses media types and methods that it does not know', async () => {
      const kit = await newKit()
      const body = { metadata: { name: 'a' } }
      const contentType = 'text/plain'
      await kit.refused({ method: 'POST', path: kit.maps(), contentType, body }, 415, 'UnsupportedMediaType')
      await kit.refused({ method: 'PUT', path: kit.maps(), body }, 405, 'MethodNotAllowed')
      await kit.refused({ path: kit.maps(), accept: 'text/html' }, 406, 'NotAcceptable')
    })

    it('tries a write without keeping it', async () => {
      const kit = await newKit()
      const ask = { method: 'POST', path: kit.splits(), query: { dryRun: 'All' }, body: split('a', [1]) }
      expect((await kit.ok(ask)).metadata.uid).toBeTruthy()
      await kit.refused({ path: kit.splits('a') }, 404, 'NotFound')
    })

    it('shows an Event under both of its groups', async () => {
      const kit = await newKit()
      const events = (group: string) => `${group}/namespaces/${kit.namespace}/events`
      const regarding = { kind: 'TrafficSplit', name: 'a', namespace: kit.namespace, uid: 'u-1' }
      const body = {
        metadata: { name: 'e' },
        eventTime: '2026-01-01T00:00:00.000000Z',
        regarding,
        ...{ reason: 'Failover', note: 'moved', type: 'Normal', action: 'Patch' },
        ...{ reportingController: 'example.com/test', reportingInstance: 'test-1' },
      }
      await kit.ok({ method: 'POST', path: events('/apis/events.k8s.io/v1'), body })
      const fieldSelector = 'involvedObject.name=a,involvedObject.uid=u-1'
      const core = await kit.ok({ path: events('/api/v1'), query: { fieldSelector } })
      expect(core.items).toMatchObject([
        { involvedObject: regarding, message: 'moved', reportingComponent: 'example.com/test' },
      ])
      const query = { fieldSelector: 'regarding.name=a' }
      const own = await kit.ok({ path: events('/apis/events.k8s.io/v1'), query })
      expect(own.items).toMatchObject([{ regarding, note: 'moved' }])
    })

    it('scales a Deployment through its subresource', async () => {
      const kit = await newKit()
      const path = `/apis/apps/v1/namespaces/${kit.namespace}/deployments`
      const labels = { app: 'web' }
      const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'web:1' }] } }
      const body = { metadata: { name: 'web' }, spec: { selector: { matchLabels: labels }, template } }
      expect((await kit.ok({ method: 'POST', path, body })).spec?.replicas).toBe(1)
      const scale = await kit.ok({ path: `${path}/web/scale` })
      expect(scale).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 } })
      await kit.patch(`${path}/web/scale`, 'application/merge-patch+json', { spec: { replicas: 0 } })
      const after = await kit.ok({ path: `${path}/web` })
      expect(after.spec?.replicas).toBe(0)
      expect(after.metadata.generation).toBe(2)
    })

    it.each([
      ['selfsubjectaccessreviews', {}],
      ['subjectaccessreviews', { user: 'admin', groups: ['system:masters'] }],
    ])('answers %s, which it does not keep', async (plural, spec) => {
      const kit = await newKit()
      const path = `/apis/authorization.k8s.io/v1/${plural}`
      const resourceAttributes = { group: '', resource: 'services', verb: 'list' }
      const body = { spec: { ...spec, resourceAttributes } }
      const reply = await kit.request({ method: 'POST', path, body })
      expect({ status: reply.status, answer: reply.json.status }).toMatchObject({
        status: 201,
        answer: { allowed: true },
      })
      await kit.refused({ path }, 405, 'MethodNotAllowed')
    })
  })
}
