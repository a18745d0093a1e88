import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clusterRules, profileRules } from '../../src/install/rules.ts'
import { type Api, type Body, connect } from '../control-plane/api.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { released } from '../control-plane/definitions.ts'
import { kubeconfig } from '../control-plane/kubeconfig.ts'
import { operatorToken } from '../control-plane/operator-access.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { at, splits } from '../e2e/objects.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { chart, type Helm, openHelm } from './helm.ts'
import { helmInstall, namespace, operatorUser, outcome } from './release.ts'

/**
 * The operator as the chart installs it to write ServiceProfiles, with the definitions of linkerd-smi and of
 * Linkerd: its permissions, the admission policies, and what it writes beside other writers.
 */
let controlPlane: ControlPlane
let helm: Helm
let operator: Operator
let cluster: Cluster
let thief: Api

const profiles = 'linkerd.io/v1alpha2'
const domain = 'default.svc.cluster.local'
const authority = (service: string) => `${service}.${domain}`
const pathOf = (service?: string) =>
  at(profiles, 'serviceprofiles', service === undefined ? undefined : authority(service))
const override = (service: string, weight: string | number) => ({ authority: authority(service), weight })

const schema = z.object({
  metadata: z.looseObject({ uid: z.string() }),
  spec: z.looseObject({
    dstOverrides: z
      .array(z.object({ authority: z.string(), weight: z.union([z.string(), z.number()]) }))
      .default([]),
  }),
})
const read = (service: string) => controlPlane.api.get(pathOf(service), schema)
const weightsOf = async (service: string) =>
  (await read(service)).spec.dstOverrides.map(
    ({ authority, weight }) => `${authority.split('.')[0]}=${weight}`,
  )
const become = (service: string, ...weights: string[]) =>
  eventually(async () => expect(await weightsOf(service)).toEqual(weights))

/** Writes to a ServiceProfile as the program of that name. */
const patchAs = (manager: string, service: string, operations: readonly Body[]) =>
  controlPlane.api.patch(`${pathOf(service)}?fieldManager=${manager}`, operations, 'json-patch')
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
const weight = (index: number) => `/spec/dstOverrides/${index}/weight`

const profile = (service: string, spec: object) => ({
  apiVersion: profiles,
  kind: 'ServiceProfile',
  metadata: { name: authority(service) },
  spec,
})

beforeAll(async () => {
  controlPlane = await startControlPlane({ auditUser: operatorUser })
  const { api, kubeconfigPath, url, ca } = controlPlane
  await controlPlane.installCrd()
  await controlPlane.install(released('linkerd', 'serviceprofiles'))
  helm = openHelm(kubeconfigPath)
  await helmInstall(helm, api, ['--set', 'smi.serviceProfiles=true,admissionPolicy.enabled=true'])
  const token = await operatorToken(api)
  thief = connect({ url, ca, token })
  const path = `${kubeconfigPath}.operator`
  writeFileSync(path, kubeconfig({ url, ca }, token))
  operator = startOperator(path, ['--write-service-profiles', '--cluster-domain=cluster.local'])
  await operator.ready()
  cluster = openCluster(api)
})
afterAll(async () => {
  await operator?.kill()
  await thief?.close()
  helm?.close()
  await controlPlane?.stop()
})

/** A primary with one secondary, both ready, and their TrafficSplit. */
async function addPair(name: string): Promise<void> {
  await cluster.addService(name, 1)
  await cluster.addService(`${name}-b`, 1)
  await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 })
}

describe('a TrafficSplit', () => {
  it('gets a ServiceProfile that follows it', async () => {
    await addPair('web')
    await become('web', 'web=1', 'web-b=0')
    await cluster.setReady('web', 0)
    await become('web', 'web=0', 'web-b=1')
    await cluster.setReady('web', 1)
    await become('web', 'web=1', 'web-b=0')
    const { metadata } = await read('web')
    expect(JSON.stringify(metadata.managedFields)).toContain('"manager":"linkerd-failover"')
  })

  it('leaves the routes of a ServiceProfile as they are', async () => {
    const routes = [{ name: 'GET /', condition: { method: 'GET', pathRegex: '/' }, isRetryable: true }]
    const retryBudget = { retryRatio: 0.2, minRetriesPerSecond: 10, ttl: '10s' }
    await controlPlane.api.create(`${pathOf()}?fieldManager=helm`, profile('cart', { routes, retryBudget }))
    await addPair('cart')
    await cluster.setReady('cart', 0)
    await become('cart', 'cart=0', 'cart-b=1')
    expect((await read('cart')).spec).toMatchObject({ routes, retryBudget })
  })

  it('is written again at once after the adaptor wrote what it had read before', async () => {
    await addPair('late')
    await become('late', 'late=1', 'late-b=0')
    await cluster.setReady('late', 0)
    await become('late', 'late=0', 'late-b=1')
    await patchAs('smi-adaptor', 'late', [replace(weight(0), '1'), replace(weight(1), '0')])
    await become('late', 'late=0', 'late-b=1')
  })

  it('does not reach a list that another program has written, and that is reported', async () => {
    await addPair('owned')
    await become('owned', 'owned=1', 'owned-b=0')
    await patchAs('argocd-controller', 'owned', [replace(weight(0), '5')])
    await cluster.setReady('owned', 0)
    await cluster.weightsBecome('owned', { owned: 0, 'owned-b': 1 })
    await eventually(async () => {
      const [event] = await cluster.events({ split: 'owned', reason: 'ServiceProfile' })
      expect(event?.note).toContain('were written by "argocd-controller"')
    })
    expect(await weightsOf('owned')).toEqual(['owned=5', 'owned-b=0'])

    await patchAs('kubectl', 'owned', [{ op: 'remove', path: '/spec/dstOverrides' }])
    await become('owned', 'owned=0', 'owned-b=1')
  })

  it('that is deleted leaves its ServiceProfile, and that is reported on the ServiceProfile', async () => {
    await addPair('gone')
    await become('gone', 'gone=1', 'gone-b=0')
    await controlPlane.api.remove(at(splits, 'trafficsplits', 'gone'))
    await eventually(async () => {
      const [event] = await cluster.events({ split: authority('gone'), reason: 'ServiceProfile' })
      expect(event?.note).toContain('no controlled TrafficSplit has the Service default/gone')
    })
    expect(await weightsOf('gone')).toEqual(['gone=1', 'gone-b=0'])
    expect((await operator.metrics()).sum('linkerd_failover_service_profiles_orphaned', {})).toBe(1)
  })
})

describe('with the admission policy', () => {
  const attempt = (operations: readonly Body[]) =>
    outcome(thief.patch(`${pathOf('cart')}?dryRun=All`, operations, 'json-patch'))
  const create = (object: Body) => outcome(thief.create(`${pathOf()}?dryRun=All`, object))
  const evil = { authority: 'evil.bank.svc.cluster.local', weight: '1' }

  it.each<[string, readonly Body[]]>([
    ['move weights', [replace(weight(0), '1'), replace(weight(1), '0')]],
    ['write them as numbers', [replace(weight(0), 1)]],
  ])('the operator may %s', async (_, operations) => {
    expect(await attempt(operations)).toBe(201)
  })

  it.each<[string, readonly Body[]]>([
    ['send traffic to another Service', [replace('/spec/dstOverrides/1/authority', authority('evil'))]],
    ['add a backend', [{ op: 'add', path: '/spec/dstOverrides/-', value: override('evil', '1') }]],
    ['take a backend away', [{ op: 'remove', path: '/spec/dstOverrides/1' }]],
    ['empty the list', [replace('/spec/dstOverrides', [])]],
    ['take the list away', [{ op: 'remove', path: '/spec/dstOverrides' }]],
    ['change a route', [replace('/spec/routes/0/isRetryable', false)]],
    ['take the routes away', [{ op: 'remove', path: '/spec/routes' }]],
    ['change the retry budget', [replace('/spec/retryBudget/ttl', '1s')]],
    ['mark a port as opaque', [{ op: 'add', path: '/spec/opaquePorts', value: ['80'] }]],
    ['add a label', [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }]],
    ['add an annotation', [{ op: 'add', path: '/metadata/annotations', value: { a: 'b' } }]],
    ['add a finalizer', [{ op: 'add', path: '/metadata/finalizers', value: ['example.com/stuck'] }]],
  ])('the operator may not %s', async (_, operations) => {
    expect(await attempt(operations)).toBe(422)
    const path = `${pathOf('cart')}?dryRun=All`
    expect(await outcome(controlPlane.api.patch(path, operations, 'json-patch')), 'others may').toBe(201)
  })

  it('the operator may create one with Services of its namespace, and nothing else in it', async () => {
    const list = [override('a', '1')]
    expect(await create(profile('new', { dstOverrides: list }))).toBe(201)
    expect(await create(profile('new', { dstOverrides: [evil] }))).toBe(422)
    const outside = { authority: 'a.b.default.svc.cluster.local', weight: '1' }
    expect(await create(profile('new', { dstOverrides: [outside] }))).toBe(422)
    const route = { name: 'a', condition: { method: 'GET' } }
    expect(await create(profile('new', { dstOverrides: list, routes: [route] }))).toBe(422)
    const elsewhere = { ...profile('new', { dstOverrides: list }), metadata: { name: 'example.com' } }
    expect(await create(elsewhere)).toBe(422)
    expect(await outcome(thief.remove(pathOf('cart')))).toBe(403)
  })
})

it('uses its rights on ServiceProfiles, and nothing is refused to it', async () => {
  const audited = controlPlane
    .audited()
    .filter(({ objectRef, requestURI }) => objectRef && !requestURI.includes('dryRun'))
  const used = new Set(
    audited.filter(({ objectRef }) => objectRef?.resource === 'serviceprofiles').map(({ verb }) => verb),
  )
  const granted = [...clusterRules, ...profileRules]
    .filter(({ resources }) => resources?.includes('serviceprofiles'))
    .flatMap(({ verbs }) => verbs)
  expect([...used].filter((verb) => verb !== 'delete').sort()).toEqual(
    granted.filter((verb) => verb !== 'list').sort(),
  )
  const refused = audited.filter(
    ({ responseStatus, verb }) => verb !== 'delete' && [401, 403].includes(responseStatus?.code ?? 0),
  )
  expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([])
})

it('without the option it has no right to write one', async () => {
  const off = ['--reuse-values', '--set', 'smi.serviceProfiles=false']
  await helm.must('upgrade', 'linkerd-failover', chart, '--namespace', namespace, ...off)
  const attempt = () =>
    outcome(thief.patch(`${pathOf('cart')}?dryRun=All`, [replace(weight(0), '1')], 'json-patch'))
  await eventually(async () => expect(await attempt()).toBe(403))
})
