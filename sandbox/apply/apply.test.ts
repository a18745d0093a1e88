import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createSandbox } from '../server.ts'
import { applyType } from './request.ts'

const owner = z.object({ manager: z.string(), operation: z.string(), fieldsV1: z.unknown() })
const reply = z.looseObject({
  message: z.string().optional(),
  details: z.unknown().optional(),
  metadata: z.looseObject({
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    managedFields: z.array(owner).optional(),
  }),
  data: z.record(z.string(), z.string()).optional(),
})

/** A sandbox with one ConfigMap, as several clients write it. */
function configMap() {
  const { api } = createSandbox({ controllers: false })
  const path = '/api/v1/namespaces/default/configmaps/a'
  const send = (method: string, contentType: string, query: object, body: unknown, at = path) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    )
    const request = { method, path: at, query: search, accept: '*/*', contentType }
    const answer = api.handle({ ...request, body: body === undefined ? '' : JSON.stringify(body) })
    if (answer.kind !== 'answer') throw new Error('no answer')
    return { code: answer.code, ...reply.parse(JSON.parse(answer.body)) }
  }
  const map = (data: Record<string, string>, metadata = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', ...metadata },
    data,
  })
  return {
    send,
    apply: (by: string, data: Record<string, string>, query = {}, metadata = {}) =>
      send('PATCH', applyType, { fieldManager: by, ...query }, map(data, metadata)),
    patch: (data: Record<string, string | null>, query: object) =>
      send('PATCH', 'application/merge-patch+json', query, { data }),
    create: (data: Record<string, string>, query: object) =>
      send('POST', 'application/json', query, map(data), '/api/v1/namespaces/default/configmaps'),
    read: () => send('GET', '', {}, undefined),
  }
}

const ownersIn = ({ metadata }: z.infer<typeof reply>) =>
  metadata.managedFields?.map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1])

describe('apply', () => {
  test('creates, and changes nothing the second time', () => {
    const { apply } = configMap()
    const created = apply('me', { a: '1' })
    expect(created.code).toBe(201)
    expect(ownersIn(created)).toEqual([['me', 'Apply', { 'f:data': { 'f:a': {} } }]])
    const again = apply('me', { a: '1' })
    expect(again.code).toBe(200)
    expect(again.metadata).toEqual(created.metadata)
  })

  test('removes what its manager does not apply any more, if nobody else owns it', () => {
    const { apply } = configMap()
    apply('me', { a: '1', b: '2' })
    apply('other', { b: '2' })
    expect(apply('me', { c: '3' }).data).toEqual({ b: '2', c: '3' })
    expect(apply('other', {}).data).toEqual({ c: '3' })
  })

  test('is refused what another changed, until it is forced to take it', () => {
    const { apply, patch, read } = configMap()
    apply('me', { a: '1' })
    patch({ a: '2' }, { fieldManager: 'other' })
    const refused = apply('me', { a: '1' })
    expect(refused.code).toBe(409)
    expect(refused.message).toBe('Apply failed with 1 conflict: conflict with "other" using v1: .data.a')
    const causes = [
      { reason: 'FieldManagerConflict', message: 'conflict with "other" using v1', field: '.data.a' },
    ]
    expect(refused.details).toEqual({ causes })
    expect(read().data).toEqual({ a: '2' })
    expect(apply('me', { a: '1' }, { force: true, dryRun: 'All' }).data).toEqual({ a: '1' })
    expect(read().data).toEqual({ a: '2' })
    expect(ownersIn(apply('me', { a: '1' }, { force: true }))).toEqual([
      ['me', 'Apply', { 'f:data': { 'f:a': {} } }],
    ])
  })

  test('finds one owner of all that was there before without any', () => {
    const { apply, create } = configMap()
    create({ a: '1' }, {})
    const { code, message } = apply('me', { a: '2' })
    expect(code).toBe(409)
    expect(message).toContain('conflict with "before-first-apply" using v1: .data.a')
    expect(apply('me', { a: '1' }).metadata.managedFields).toHaveLength(2)
  })

  test.each([
    ['without a name', {}, {}, 422, 'fieldManager: Required value: is required for apply patch'],
    ['with owners', { fieldManager: 'me' }, { managedFields: [] }, 400, 'metadata.managedFields must be nil'],
    ['of another name', { fieldManager: 'me' }, { name: 'b' }, 400, 'does not match the name on the URL'],
  ])('is refused %s', (_, query, metadata, code, message) => {
    const { send } = configMap()
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata } }
    const refused = send('PATCH', applyType, query, body)
    expect(refused.code).toBe(code)
    expect(refused.message).toContain(message)
  })

  test('is refused for a kind of which nobody knows who owns what', () => {
    const { send } = configMap()
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/a'
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a' } }
    const { code, message } = send('PATCH', applyType, { fieldManager: 'me' }, body, path)
    expect(code).toBe(415)
    expect(message).toContain('use kubectl apply without --server-side')
  })

  test('takes over what kubectl applied before without the flag', () => {
    const { apply, send } = configMap()
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied) }
    const body = { ...applied, metadata: { name: 'a', annotations } }
    const query = { fieldManager: 'kubectl-client-side-apply' }
    send('POST', 'application/json', query, body, '/api/v1/namespaces/default/configmaps')
    expect(apply('other', { a: '2' }).code).toBe(409)
    expect(apply('kubectl', { a: '2' }).data).toEqual({ a: '2' })
  })
})

describe('other writes', () => {
  test('take fields from their owners, with a name and without', () => {
    const { apply, patch } = configMap()
    apply('me', { a: '1', b: '2', c: '3' })
    expect(ownersIn(patch({ a: '4' }, {}))).toEqual([['me', 'Apply', { 'f:data': { 'f:b': {}, 'f:c': {} } }]])
    expect(ownersIn(patch({ b: '5', c: null }, { fieldManager: 'other' }))).toEqual([
      ['other', 'Update', { 'f:data': { 'f:b': {} } }],
    ])
  })

  test('work nothing out for an object without owners, by a writer without a name', () => {
    const { create, patch } = configMap()
    expect(create({ a: '1' }, {}).metadata.managedFields).toBeUndefined()
    expect(patch({ a: '2' }, {}).metadata.managedFields).toBeUndefined()
  })

  test('may say themselves who owns what, as kubectl does when it changes over', () => {
    const { apply, send } = configMap()
    const { managedFields = [] } = apply('me', { a: '1' }).metadata
    const value = managedFields.map((entry) => ({ ...entry, apiVersion: 'v1', manager: 'heir' }))
    const operation = { op: 'replace', path: '/metadata/managedFields', value }
    const changed = send('PATCH', 'application/json-patch+json', { fieldManager: 'x' }, [operation])
    expect(ownersIn(changed)).toEqual([['heir', 'Apply', { 'f:data': { 'f:a': {} } }]])
  })
})
