import { describe, expect, it } from 'vitest'
import { jsonPatch, type Kit, mergePatch, type NewKit, rest, take, versionOf } from './kit.ts'

/** Kinds of routes that every target serves, in these versions. */
const kinds = [
  ['HTTPRoute', 'gateway.networking.k8s.io/v1', 'httproutes'],
  ['HTTPRoute', 'gateway.networking.k8s.io/v1beta1', 'httproutes'],
  ['GRPCRoute', 'gateway.networking.k8s.io/v1', 'grpcroutes'],
  ['TLSRoute', 'gateway.networking.k8s.io/v1', 'tlsroutes'],
  ['TCPRoute', 'gateway.networking.k8s.io/v1', 'tcproutes'],
  ['HTTPRoute', 'policy.linkerd.io/v1beta2', 'httproutes'],
] as const

const list = '/spec/rules/0/backendRefs'
const test = (path: string, value: unknown) => ({ op: 'test', path: `${list}/${path}`, value })
const replace = (path: string, value: unknown) => ({ op: 'replace', path: `${list}/${path}`, value })

type Ref = Record<string, unknown>

/** What the server does to routes of the Gateway API: defaults, validation and patches of their weights. */
export function routes(newKit: NewKit): void {
  describe.each(kinds)('%s of %s', (kind, apiVersion, plural) => {
    const path = (kit: Kit, name = '') => `/apis/${apiVersion}/namespaces/${kit.namespace}/${plural}/${name}`
    const body = (backendRefs: Ref[]) => ({
      apiVersion,
      kind,
      metadata: { name: 'a' },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
        ...(kind === 'TLSRoute' ? { hostnames: ['web.example'] } : {}),
        rules: [{ backendRefs }],
      },
    })
    const create = (kit: Kit, backendRefs: Ref[]) =>
      kit.ok({ method: 'POST', path: path(kit), body: body(backendRefs) })

    it('has the defaults of a backendRef filled in', async () => {
      const kit = await newKit()
      const created = await create(kit, [
        { name: 'web', port: 80 },
        { name: 'east', port: 80, weight: 0 },
      ])
      const common = { group: '', kind: 'Service', port: 80 }
      expect(created.spec?.rules).toMatchObject([
        {
          backendRefs: [
            { ...common, name: 'web', weight: 1 },
            { ...common, name: 'east', weight: 0 },
          ],
        },
      ])
    })

    const portless = apiVersion.startsWith('policy') ? 'takes' : 'refuses'
    it(`${portless} a Service without a port`, async () => {
      const kit = await newKit()
      const ask = { method: 'POST', path: path(kit), body: body([{ name: 'web' }]) }
      if (portless === 'takes') return void (await kit.ok(ask))
      const { message } = await kit.refused(ask, 422, 'Invalid')
      expect(message).toContain('spec.rules[0].backendRefs[0]')
      expect(message).toContain('Must have port for Service reference')
    })

    it.each([
      ['a negative weight', { name: 'web', port: 80, weight: -1 }, 'greater than or equal to 0'],
      [
        'a weight above 1,000,000',
        { name: 'web', port: 80, weight: 1_000_001 },
        'less than or equal to 1000000',
      ],
      ['a fraction as a weight', { name: 'web', port: 80, weight: 0.5 }, 'must be of type integer'],
      ['a weight that is text', { name: 'web', port: 80, weight: '1' }, 'must be of type integer'],
      ['no name', { port: 80 }, 'Required value'],
    ])('refuses %s', async (_, bad, message) => {
      const kit = await newKit()
      const ask = { method: 'POST', path: path(kit), body: body([{ name: 'ok', port: 80 }, bad]) }
      const refused = await kit.refused(ask, 422, 'Invalid')
      expect(refused.message).toContain('spec.rules[0].backendRefs[1]')
      expect(refused.message).toContain(message)
    })

    it('takes a port out of the validation for a backend that is no Service', async () => {
      const kit = await newKit()
      await create(kit, [{ group: 'example.com', kind: 'Bucket', name: 'web' }])
    })

    it('moves weights whose tests of identity hold, an absent namespace equals null', async () => {
      const kit = await newKit()
      const created = await create(kit, [
        { name: 'web', port: 80, weight: 1 },
        { name: 'east', namespace: 'far', port: 80, weight: 0 },
      ])
      const identity = (index: number, name: string, namespace: string | null) => [
        test(`${index}/group`, ''),
        test(`${index}/kind`, 'Service'),
        test(`${index}/name`, name),
        test(`${index}/namespace`, namespace),
        test(`${index}/port`, 80),
      ]
      const patched = await kit.patch(path(kit, 'a'), jsonPatch, [
        ...identity(0, 'web', null),
        test('0/weight', 1),
        replace('0/weight', 0),
        ...identity(1, 'east', 'far'),
        test('1/weight', 0),
        replace('1/weight', 1),
      ])
      expect(patched.spec?.rules).toMatchObject([{ backendRefs: [{ weight: 0 }, { weight: 1 }] }])
      expect(patched.metadata.generation).toBe(2)
      const wrong = [test('1/namespace', null), replace('1/weight', 5)]
      const ask = { method: 'PATCH', path: path(kit, 'a'), contentType: jsonPatch, body: wrong }
      await kit.refused(ask, 422, 'Invalid')
      expect(versionOf(patched)).toBeGreaterThan(versionOf(created))
    })

    it('keeps the status when the weights are patched, and takes it through its own path only', async () => {
      const kit = await newKit()
      await create(kit, [
        { name: 'web', port: 80 },
        { name: 'east', port: 80, weight: 0 },
      ])
      const parentRef = { group: '', kind: 'Service', name: 'web' }
      const condition = {
        type: 'Accepted',
        status: 'True',
        reason: 'Accepted',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      }
      const parents = [{ parentRef, controllerName: 'linkerd.io/policy-controller', conditions: [condition] }]
      await kit.patch(path(kit, 'a'), mergePatch, { status: { parents } })
      const { status } = await kit.ok({ path: path(kit, 'a') })
      expect(JSON.stringify(status ?? {})).not.toContain('policy-controller')
      await kit.patch(`${path(kit, 'a')}/status`, mergePatch, { status: { parents } })
      const patched = await kit.patch(path(kit, 'a'), jsonPatch, [replace('1/weight', 7)])
      expect(patched.status).toMatchObject({ parents })
    })
  })

  it('has a route in each of its versions under the same resourceVersion', async () => {
    const kit = await newKit()
    const path = (version: string, name = '') =>
      `/apis/gateway.networking.k8s.io/${version}/namespaces/${kit.namespace}/httproutes/${name}`
    const apiVersion = 'gateway.networking.k8s.io/v1'
    await kit.ok({
      method: 'POST',
      path: path('v1'),
      body: { apiVersion, kind: 'HTTPRoute', metadata: { name: 'a' }, spec: {} },
    })
    const [one, other] = await Promise.all(
      ['v1', 'v1beta1'].map((version) => kit.ok({ path: path(version, 'a') })),
    )
    expect([one?.apiVersion, other?.apiVersion]).toEqual([apiVersion, `${apiVersion}beta1`])
    expect(one?.metadata.resourceVersion).toBe(other?.metadata.resourceVersion)
  })

  it('ends the watches of a kind whose definition changes, and of one that goes', async () => {
    const kit = await newKit()
    const plural = `wheel${kit.namespace.replace('-', '')}s`
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const version = (name: string, served: boolean, storage = false) => ({
      name,
      served,
      storage,
      schema: { openAPIV3Schema: { type: 'object' } },
    })
    await kit.ok({
      method: 'POST',
      path: crds,
      body: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${plural}.example.com` },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { kind: plural, plural, singular: plural, listKind: `${plural}List` },
          versions: [version('v1', false), version('v1beta1', true, true)],
        },
      },
    })
    const path = (name: string) => `/apis/example.com/${name}/${plural}`
    const answers = (name: string, status: number) =>
      expect
        .poll(async () => (await kit.request({ path: path(name) })).status, { timeout: 20_000 })
        .toBe(status)
    await answers('v1beta1', 200)
    const crd = `${crds}/${plural}.example.com`

    const first = kit.target.watch(path('v1beta1'), { sendInitialEvents: true, ...streaming })
    await take(first, 1)
    await kit.patch(crd, jsonPatch, [{ op: 'replace', path: '/spec/versions/0/served', value: true }])
    await rest(first)
    await answers('v1', 200)
    await answers('v1beta1', 200)

    const second = kit.target.watch(path('v1'), { sendInitialEvents: true, ...streaming })
    await take(second, 1)
    await kit.delete(crd)
    await rest(second)
    await answers('v1', 404)
  })
}

const streaming = { resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true }
