import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defaultValues } from '../../src/install/defaults.ts'
import { admissionPolicy, admissionPolicyBinding } from '../../src/install/objects/admission-policy.ts'
import { gatewayCodecs } from '../../src/routes/gateway.ts'
import { type Ref, ref, routeObject } from '../../src/routes/testing/gateway-objects.ts'
import { connect } from '../control-plane/api.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { released, serveOnly, uninstall } from '../control-plane/definitions.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { at, controlled } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

/** Each kind with the channel of the release that its definition comes from, and the version to read it in. */
const kinds = [
  ['HTTPRoute', 'standard', 'v1'],
  ['GRPCRoute', 'standard', 'v1'],
  ['TLSRoute', 'experimental', 'v1alpha2'],
  ['TCPRoute', 'experimental', 'v1'],
  ['HTTPRoute.policy.linkerd.io', 'linkerd', 'v1beta2'],
] as const

const spec = z.object({
  spec: z.object({ rules: z.array(z.object({ backendRefs: z.array(z.object({ weight: z.number() })) })) }),
})

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator

beforeAll(async () => {
  controlPlane = await startControlPlane()
  cluster = openCluster(controlPlane.api)
  await controlPlane.installCrd()
  operator = startOperator(await controlPlane.operatorKubeconfig())
  await operator.ready()
})
afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

const codecOf = (kind: string) => {
  const codec = gatewayCodecs.find((one) => one.kind === kind)
  if (!codec) throw new Error(`no codec for ${kind}`)
  return codec
}
const path = (kind: string, version: string, name?: string) => {
  const { group, plural } = codecOf(kind)
  return at(`${group}/${version}`, plural, name)
}

async function addRoute(kind: string, version: string, name: string, rules: Ref[][]): Promise<void> {
  const object = routeObject(codecOf(kind), rules, {
    name,
    namespace: 'default',
    uid: undefined,
    labels: controlled,
  })
  const hostnames = kind === 'TLSRoute' ? { hostnames: ['web.example'] } : {}
  const apiVersion = `${codecOf(kind).group}/${version}`
  await controlPlane.api.create(path(kind, version), {
    ...object,
    apiVersion,
    spec: { ...object.spec, ...hostnames },
  })
}

const weightsBecome = (kind: string, version: string, name: string, expected: number[][]) =>
  eventually(async () => {
    const object = await controlPlane.api.get(path(kind, version, name), spec)
    expect(object.spec.rules.map((rule) => rule.backendRefs.map(({ weight }) => weight))).toEqual(expected)
  }, 60_000)

// Each waits for the operator's next look at what the API server serves.
describe.concurrent.each(kinds)('%s, as the %s channel defines it', (kind, channel, version) => {
  const name = kind.toLowerCase().replaceAll('.', '-')
  const web = `${name}-web`
  const east = `${name}-east`

  it('is followed within 30 s of its definition, fails over, and comes back to what was declared', async () => {
    await cluster.addService(web, 0)
    await cluster.addService(east, 1)
    await controlPlane.install(released(channel, codecOf(kind).plural))
    const since = performance.now()
    // TLSRoutes and TCPRoutes have one rule at most.
    const rules = [[ref(web, 100), ref(east, 0)], [ref(east, 1)], [ref(web, 1), ref(east, 0)]]
    const count = ['TLSRoute', 'TCPRoute'].includes(kind) ? 1 : 3
    await addRoute(kind, version, name, rules.slice(0, count))
    const over = [[0, 100], [1], [0, 1]]
    await weightsBecome(kind, version, name, over.slice(0, count))
    expect(performance.now() - since).toBeLessThan(30_000)
    await cluster.setReady(web, 1)
    await weightsBecome(kind, version, name, [[100, 0], [1], [1, 0]].slice(0, count))
    const { api } = controlPlane
    const events = z.object({
      items: z.array(z.object({ regarding: z.object({ name: z.string() }), note: z.string() })),
    })
    await eventually(async () => {
      const { items } = await api.get(at('events.k8s.io/v1', 'events'), events)
      const notes = items.filter(({ regarding }) => regarding.name === name).map(({ note }) => note)
      expect(notes.some((note) => note.startsWith(`${kind.toLowerCase()}/${name} failing over`))).toBe(true)
      expect(notes.some((note) => note.startsWith(`${kind.toLowerCase()}/${name} switching`))).toBe(true)
    })
  })
})

describe('the definition of a kind', () => {
  const definition = () => released('standard', 'httproutes')

  it('changes: the route is followed in the version that is left', async () => {
    await cluster.addService('versions', 1)
    await cluster.addService('versions-east', 1)
    await addRoute('HTTPRoute', 'v1', 'versions', [[ref('versions', 1), ref('versions-east', 0)]])
    // v1 is the storage version, and may still be out of service.
    await serveOnly(controlPlane.api, definition(), ['v1beta1'])
    await cluster.setReady('versions', 0)
    await weightsBecome('HTTPRoute', 'v1beta1', 'versions', [[0, 1]])
    await serveOnly(controlPlane.api, definition(), ['v1'])
    await cluster.setReady('versions', 1)
    await weightsBecome('HTTPRoute', 'v1', 'versions', [[1, 0]])
  })

  it('goes, and comes back: others are followed all the while', async () => {
    await uninstall(controlPlane.api, definition())
    await cluster.fence()
    await eventually(async () => {
      const status = await controlPlane.api.status('/apis/gateway.networking.k8s.io/v1/httproutes')
      expect(status).toBe(404)
    })
    await controlPlane.install(definition())
    await cluster.addService('again', 0)
    await cluster.addService('again-east', 1)
    await addRoute('HTTPRoute', 'v1', 'again', [[ref('again', 1), ref('again-east', 0)]])
    await weightsBecome('HTTPRoute', 'v1', 'again', [[0, 1]])
  })
})

describe('the admission policy of an installation', () => {
  const context = { namespace: 'linkerd-failover', release: 'linkerd-failover', version: 'test' }
  const input = { values: defaultValues, context }
  const group = '/apis/admissionregistration.k8s.io/v1'

  it('lets the operator move weights, and refuses its account everything else of a route', async () => {
    const { api } = controlPlane
    await api.ensure(`${group}/validatingadmissionpolicies`, { ...admissionPolicy(input) })
    await api.ensure(`${group}/validatingadmissionpolicybindings`, { ...admissionPolicyBinding(input) })
    await cluster.addService('guarded', 1)
    await cluster.addService('guarded-east', 1)
    const rules = [
      [ref('guarded', 1), ref('guarded-east', 0)],
      [ref('guarded', 3), ref('guarded-east', 0)],
    ]
    await addRoute('HTTPRoute', 'v1', 'guarded', rules)
    const token = readFileSync(join(await controlPlane.operatorServiceAccount(), 'token'), 'utf8')
    const account = connect({ url: controlPlane.url, ca: controlPlane.ca, token })
    const answerTo = (patch: object[]) =>
      account.patch(path('HTTPRoute', 'v1', 'guarded'), patch, 'json-patch').then(() => 'taken', String)
    const refs = '/spec/rules/0/backendRefs'
    const refused = [
      { op: 'replace', path: `${refs}/1/name`, value: 'elsewhere' },
      { op: 'replace', path: `${refs}/0/port`, value: 81 },
      { op: 'remove', path: '/spec/rules/1' },
      { op: 'add', path: '/spec/hostnames', value: ['web.example'] },
      {
        op: 'replace',
        path: '/spec/rules/0/matches',
        value: [{ path: { type: 'PathPrefix', value: '/x' } }],
      },
      { op: 'add', path: '/metadata/annotations', value: { a: 'b' } },
    ]
    // A policy takes a moment to be in force, and a patch that changes nothing is never refused.
    let probes = 0
    await eventually(async () => {
      probes += 1
      const probe = { op: 'add', path: '/metadata/annotations', value: { probe: String(probes) } }
      expect(await answerTo([probe])).toContain('the operator may change weights only')
    })
    for (const step of refused) {
      expect(await answerTo([step]), JSON.stringify(step)).toContain('the operator may change weights only')
    }
    await account.close()
    await cluster.setReady('guarded', 0)
    await weightsBecome('HTTPRoute', 'v1', 'guarded', [
      [0, 1],
      [0, 3],
    ])
  })
})
