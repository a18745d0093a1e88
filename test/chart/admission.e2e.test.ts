import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { codecs } from '../../src/routes/codecs.ts'
import { type Api, type Body, connect } from '../control-plane/api.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { operatorToken } from '../control-plane/operator-access.ts'
import { eventually } from '../e2e/eventually.ts'
import { at, split, splits } from '../e2e/objects.ts'
import { chart, type Helm, openHelm } from './helm.ts'
import { helmInstall, namespace, outcome } from './release.ts'
import { definitionOf, pathOf } from './route-kinds.ts'

/** What somebody could do who has the operator's token, with the admission policy on. */
let controlPlane: ControlPlane
let helm: Helm
let thief: Api

const httpRoute = codecs.find(({ kind }) => kind === 'HTTPRoute')

beforeAll(async () => {
  controlPlane = await startControlPlane()
  helm = openHelm(controlPlane.kubeconfigPath)
  const { api, url, ca } = controlPlane
  await controlPlane.installCrd()
  if (!httpRoute) throw new Error('there is no codec of HTTPRoutes')
  await controlPlane.install(definitionOf(httpRoute))
  await helmInstall(helm, api)
  thief = connect({ url, ca, token: await operatorToken(api) })
  await api.create(at(splits, 'trafficsplits'), { ...split('web', { web: 1, 'web-b': 0 }) })
  await api.create(pathOf(httpRoute), webRoute)
})
afterAll(async () => {
  helm?.close()
  await thief?.close()
  await controlPlane?.stop()
})

const splitPath = at(splits, 'trafficsplits', 'web')
const routePath = httpRoute ? pathOf(httpRoute, 'web') : ''
const webRoute: Body = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web', labels: { team: 'shop' } },
  spec: {
    hostnames: ['web.test'],
    parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
    rules: [
      {
        matches: [{ path: { value: '/' } }],
        backendRefs: [
          { name: 'web', port: 80, weight: 1 },
          { name: 'web-b', port: 80 },
        ],
      },
      {
        backendRefs: [
          { name: 'web', port: 80, weight: 5 },
          { name: 'web', port: 81, weight: 0 },
        ],
      },
      { filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x-team'] } }] },
    ],
  },
}

/** A filter that would send a copy of every request elsewhere. */
const spy = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'evil', port: 80 } } }

const add = (path: string, value: unknown) => ({ op: 'add', path, value })
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
const remove = (path: string) => ({ op: 'remove', path })

/** The status code of a JSON Patch with the operator's token; nothing is kept. */
const patch = (path: string, operations: readonly Body[], who = thief): Promise<number> =>
  outcome(who.patch(`${path}?dryRun=All`, operations, 'json-patch'))

const weight = (index: number) => `/spec/backends/${index}/weight`
const ref = (rule: number, index: number) => `/spec/rules/${rule}/backendRefs/${index}`

it('without the admission policy, the token can change more than weights', async () => {
  await eventually(async () => expect(await patch(splitPath, [replace('/spec/service', 'bank')])).toBe(201))
  const mirror = add('/spec/rules/1/filters', [spy])
  await eventually(async () => expect(await patch(routePath, [mirror])).toBe(201))

  const policy = ['--reuse-values', '--set', 'admissionPolicy.enabled=true']
  await helm.must('upgrade', 'linkerd-failover', chart, '--namespace', namespace, ...policy)
  // The API server needs a moment until it knows a policy.
  await eventually(async () => expect(await patch(splitPath, [replace('/spec/service', 'bank')])).toBe(422))
})

describe('with the admission policy, the operator may', () => {
  it.each<[string, string, readonly Body[]]>([
    ['move the weights of a TrafficSplit', splitPath, [replace(weight(0), 0), replace(weight(1), 1)]],
    ['leave it as it is', splitPath, [replace(weight(0), 1)]],
    [
      'move the weights of a route',
      routePath,
      [replace(`${ref(0, 0)}/weight`, 0), replace(`${ref(1, 1)}/weight`, 5)],
    ],
    ['move the weights of a route that is not labelled', routePath, [replace(`${ref(1, 0)}/weight`, 0)]],
    ['write weights that are all zero', splitPath, [replace(weight(0), 0), replace(weight(1), 0)]],
    ['take a weight away, which the server fills in', routePath, [remove(`${ref(1, 0)}/weight`)]],
    ['write a weight that its owner left to the default', routePath, [add(`${ref(0, 1)}/weight`, 3)]],
  ])('%s', async (_, path, operations) => {
    expect(await patch(path, operations)).toBe(201)
  })
})

describe('with the admission policy, the operator may not', () => {
  it.each<[string, string, readonly Body[]]>([
    ['change a label', splitPath, [replace('/metadata/labels', { team: 'other' })]],
    ['take all labels', splitPath, [remove('/metadata/labels')]],
    ['add an annotation', splitPath, [add('/metadata/annotations', { a: 'b' })]],
    ['add a finalizer', splitPath, [add('/metadata/finalizers', ['example.com/stuck'])]],
    ['change the apex Service', splitPath, [replace('/spec/service', 'bank')]],
    ['send traffic to another Service', splitPath, [replace('/spec/backends/1/service', 'evil')]],
    ['add a backend', splitPath, [add('/spec/backends/-', { service: 'evil', weight: 1 })]],
    ['take a backend away', splitPath, [remove('/spec/backends/1')]],
    [
      'change the order of backends',
      splitPath,
      [{ op: 'move', from: '/spec/backends/0', path: '/spec/backends/1' }],
    ],
    ['take all backends away', splitPath, [replace('/spec/backends', [])]],
    ['change the label of a route', routePath, [replace('/metadata/labels/team', 'other')]],
    ['change its host names', routePath, [replace('/spec/hostnames', ['bank.test'])]],
    ['change its parent', routePath, [replace('/spec/parentRefs/0/name', 'bank')]],
    ['change a match', routePath, [replace('/spec/rules/0/matches/0/path/value', '/admin')]],
    ['add a filter', routePath, [add('/spec/rules/1/filters', [spy])]],
    ['change a filter', routePath, [replace('/spec/rules/2/filters', [])]],
    ['change the Service of a backend', routePath, [replace(`${ref(0, 1)}/name`, 'evil')]],
    ['change the port of a backend', routePath, [replace(`${ref(0, 1)}/port`, 81)]],
    ['reach into another namespace', routePath, [add(`${ref(0, 1)}/namespace`, 'bank')]],
    ['add a filter to a backend', routePath, [add(`${ref(0, 1)}/filters`, [spy])]],
    ['add a backend to a route', routePath, [add('/spec/rules/0/backendRefs/-', { name: 'evil', port: 80 })]],
    [
      'add backends to a rule that has none',
      routePath,
      [add('/spec/rules/2/backendRefs', [{ name: 'evil', port: 80 }])],
    ],
    ['take a backend from a route', routePath, [remove(ref(1, 1))]],
    ['add a rule', routePath, [add('/spec/rules/-', { backendRefs: [{ name: 'evil', port: 80 }] })]],
    ['take a rule away', routePath, [remove('/spec/rules/1')]],
    ['change the order of rules', routePath, [{ op: 'move', from: '/spec/rules/0', path: '/spec/rules/1' }]],
    ['take all rules away', routePath, [remove('/spec/rules')]],
  ])('%s', async (_, path, operations) => {
    expect(await patch(path, operations)).toBe(422)
    expect(await patch(path, operations, controlPlane.api), 'others still may').toBe(201)
  })
})

it('the refusal says what may not be changed', async () => {
  const attempt = thief.patch(splitPath, [replace('/spec/service', 'bank')], 'json-patch')
  await expect(attempt).rejects.toThrow('the operator may change weights only, not other fields of the spec')
})

it('with the token nothing can be created, replaced or deleted', async () => {
  expect(await outcome(thief.create(at(splits, 'trafficsplits'), split('mine', { a: 1 })))).toBe(403)
  expect(await outcome(thief.remove(splitPath))).toBe(403)
  expect(await outcome(thief.get(splitPath, z.unknown()))).toBe(403)
  expect(await thief.status('/api/v1/secrets')).toBe(403)
})
