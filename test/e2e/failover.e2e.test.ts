import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { at, controlledBy, oldSplits, split, splits, type Weights } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  cluster = openCluster(controlPlane.api)
  operator = startOperator(await controlPlane.operatorKubeconfig())
  await operator.ready()
})

afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

/** Services `NAME` and `NAME-b`, both ready, and a split over them that stands at 1/0. */
async function addPair(name: string, options?: Parameters<Cluster['addSplit']>[2]): Promise<Weights> {
  const weights = { [name]: 1, [`${name}-b`]: 0 }
  await cluster.addService(name, 1)
  await cluster.addService(`${name}-b`, 1)
  await cluster.addSplit(name, weights, options)
  return weights
}
const failedOver = (name: string): Weights => ({ [name]: 0, [`${name}-b`]: 1 })

describe('the story of sample-svc', () => {
  const backends = ['sample-svc', 'central1', 'east1', 'east2', 'asia1']
  const named = (backend: string) => (backend === 'sample-svc' ? backend : `sample-svc-${backend}`)
  const active = (weight: number, ...chosen: string[]): Weights =>
    Object.fromEntries(backends.map((backend) => [named(backend), chosen.includes(backend) ? weight : 0]))

  it.each([1, 100])('moves weight %i away from the primary and brings exactly it back', async (weight) => {
    const name = `story-${weight}`
    const original = active(weight, 'sample-svc')
    for (const backend of backends) {
      if (weight === 1) await cluster.addService(named(backend), backend === 'asia1' ? 0 : 2)
    }
    await cluster.addSplit(name, original, {
      annotations: { 'failover.linkerd.io/primary-service': 'sample-svc' },
    })
    await cluster.setReady('sample-svc', 0)
    await cluster.weightsBecome(name, active(weight, 'central1', 'east1', 'east2'))
    await cluster.setReady(named('central1'), 0)
    await cluster.weightsBecome(name, active(weight, 'east1', 'east2'))
    await cluster.setReady(named('east1'), 0)
    await cluster.weightsBecome(name, active(weight, 'east2'))

    const version = await cluster.version(name)
    await cluster.setReady(named('east2'), 0)
    await cluster.fence()
    expect(await cluster.weights(name), 'nothing is ready: hold').toEqual(active(weight, 'east2'))
    expect(await cluster.version(name)).toBe(version)

    await cluster.setReady('sample-svc', 2)
    await cluster.weightsBecome(name, original)
    for (const backend of ['central1', 'east1', 'east2']) await cluster.setReady(named(backend), 2)
    await cluster.fence()
    expect(await cluster.weights(name), 'ready secondaries change nothing').toEqual(original)
  })

  it('says so in Events, each after its write', async () => {
    await addPair('told')
    await cluster.setReady('told', 0)
    await cluster.weightsBecome('told', failedOver('told'))
    const failover = Number(await cluster.version('told'))
    // An operator that sees the split before its Services says first that nothing is ready.
    const transitions = () => cluster.events({ split: 'told', reason: 'Failover' })
    await eventually(async () => expect(await transitions()).toHaveLength(1))
    await cluster.setReady('told', 1)
    await cluster.weightsBecome('told', { told: 1, 'told-b': 0 })
    const failback = Number(await cluster.version('told'))
    const events = await eventually(async () => {
      const seen = await transitions()
      expect(seen).toHaveLength(2)
      return seen
    })
    const common = {
      type: 'Normal',
      reason: 'Failover',
      action: 'Failover',
      reportingController: 'linkerd-failover',
    }
    expect(events).toMatchObject([
      {
        ...common,
        note: expect.stringMatching(/^trafficsplit\/told failing over to fallbacks/),
        regarding: { kind: 'TrafficSplit' },
      },
      {
        ...common,
        note: expect.stringMatching(/^trafficsplit\/told switching traffic to primary/),
        regarding: { kind: 'TrafficSplit' },
      },
    ])
    // One etcd counts the versions of all objects, so they tell what came first.
    expect(Number(events[0]?.metadata.resourceVersion)).toBeGreaterThan(failover)
    expect(Number(events[1]?.metadata.resourceVersion)).toBeGreaterThan(failback)
  })

  it('counts transitions and patches', async () => {
    const before = await operator.metrics()
    await addPair('counted')
    await cluster.setReady('counted', 0)
    await cluster.weightsBecome('counted', failedOver('counted'))
    await cluster.setReady('counted', 1)
    await cluster.weightsBecome('counted', { counted: 1, 'counted-b': 0 })
    await eventually(async () => {
      const after = await operator.metrics()
      const grown = (name: string, direction?: string) => {
        const labels = direction === undefined ? {} : { direction }
        return after.sum(name, labels) - before.sum(name, labels)
      }
      expect(grown('linkerd_failover_transitions_total', 'failover')).toBe(1)
      expect(grown('linkerd_failover_transitions_total', 'failback')).toBe(1)
      expect(grown('linkerd_failover_patches_total')).toBe(2)
    })
  })
})

describe('what users write into a split', () => {
  it('reads the string weights that v1alpha1 allows', async () => {
    for (const service of ['old-a', 'old-b', 'old-c']) await cluster.addService(service, 1)
    await cluster.addSplit('old', { 'old-a': '500m', 'old-b': '0', 'old-c': 0 }, { version: oldSplits })
    const version = await cluster.version('old')
    await cluster.fence()
    expect(await cluster.version('old'), 'the primary serves alone already').toBe(version)
    await cluster.setReady('old-a', 0)
    await cluster.weightsBecome('old', { 'old-a': 0, 'old-b': 1, 'old-c': 1 })
    await cluster.setReady('old-b', 0)
    await cluster.weightsBecome('old', { 'old-a': 0, 'old-b': 0, 'old-c': 1 })
    await cluster.setReady('old-a', 1)
    await cluster.weightsBecome('old', { 'old-a': 1, 'old-b': 0, 'old-c': 0 })
  })

  it('writes a split although a string weight of it stays as it is', async () => {
    for (const service of ['kept-a', 'kept-b', 'kept-c']) await cluster.addService(service, 1)
    await cluster.setReady('kept-c', 0)
    await cluster.addSplit('kept', { 'kept-a': 1, 'kept-b': 0, 'kept-c': '0' }, { version: oldSplits })
    await cluster.setReady('kept-a', 0)
    await eventually(async () => {
      const weights = await cluster.weights('kept')
      expect([weights['kept-a'], weights['kept-b'], Number(weights['kept-c'])]).toEqual([0, 1, 0])
    })
  })

  it('takes the primary from the annotation, wherever it stands', async () => {
    for (const service of ['last-a', 'last-b']) await cluster.addService(service, 1)
    const annotations = { 'failover.linkerd.io/primary-service': 'last-b' }
    await cluster.addSplit('last', { 'last-a': 1, 'last-b': 0 }, { annotations })
    await cluster.weightsBecome('last', { 'last-a': 0, 'last-b': 1 })
    await cluster.setReady('last-b', 0)
    await cluster.weightsBecome('last', { 'last-a': 1, 'last-b': 0 })
  })

  it('leaves a paused split alone until it goes on', async () => {
    const original = await addPair('paused', { annotations: { 'failover.linkerd.io/paused': 'true' } })
    await cluster.setReady('paused', 0)
    await cluster.fence()
    expect(await cluster.weights('paused')).toEqual(original)
    await cluster.annotate('paused', { annotations: { 'failover.linkerd.io/paused': null } })
    await cluster.weightsBecome('paused', failedOver('paused'))
  })

  it('writes no more once the label is removed', async () => {
    await addPair('released')
    await cluster.setReady('released', 0)
    await cluster.weightsBecome('released', failedOver('released'))
    await cluster.annotate('released', { labels: { [controlledBy]: null } })
    const version = await cluster.version('released')
    await cluster.setReady('released', 1)
    await cluster.fence()
    expect(await cluster.version('released')).toBe(version)
  })

  it('reports an annotation that names no backend once, and touches nothing', async () => {
    const annotations = { 'failover.linkerd.io/primary-service': 'nobody' }
    const original = await addPair('wrong', { annotations })
    const version = await cluster.version('wrong')
    const warnings = () => cluster.events({ split: 'wrong', type: 'Warning' })
    await eventually(async () => expect(await warnings()).toHaveLength(1))
    for (const ready of [0, 1, 0]) {
      await cluster.setReady('wrong', ready)
      await cluster.fence()
    }
    expect(await cluster.weights('wrong')).toEqual(original)
    expect(await cluster.version('wrong')).toBe(version)
    const [warning, ...more] = await warnings()
    expect(more).toEqual([])
    expect(warning?.note).toContain('nobody')
    expect(warning?.series?.count ?? 1, 'a series would be a second report').toBe(1)
  })
})

describe('fields that the operator does not know', () => {
  const open = { 'x-kubernetes-preserve-unknown-fields': true }
  const unknown = z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.looseObject({ backends: z.array(z.looseObject({ service: z.string() })) }),
  })

  /** A served version of the CRD that keeps unknown fields of the spec and of its backends. */
  async function keepUnknownFields(): Promise<void> {
    const spec = (version: number) => `/spec/versions/${version}/schema/openAPIV3Schema/properties/spec`
    const places = [0, 1].flatMap((version) => [spec(version), `${spec(version)}/properties/backends/items`])
    const [field, value] = Object.entries(open)[0] ?? []
    const patch = places.map((place) => ({ op: 'add', path: `${place}/${field}`, value }))
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/trafficsplits.split.smi-spec.io'
    await controlPlane.api.patch(crd, patch, 'json-patch')
  }
  const withExtras = {
    ...split('extra', {}),
    spec: {
      service: 'extra',
      matches: [{ kind: 'HTTPRouteGroup', name: 'canary' }],
      backends: [
        { service: 'extra', weight: 1, note: 'ours' },
        { service: 'extra-b', weight: 0, region: { name: 'east' } },
      ],
    },
  }

  it('keeps them, and works on after the definition has changed', async () => {
    await keepUnknownFields()
    const dryRun = `${at(splits, 'trafficsplits')}?dryRun=All`
    await eventually(async () => {
      const answer = await controlPlane.api.post(dryRun, withExtras, unknown)
      expect(answer.spec).toEqual(withExtras.spec)
    })
    await cluster.addService('extra', 0)
    await cluster.addService('extra-b', 1)
    await controlPlane.api.create(at(splits, 'trafficsplits'), withExtras)
    await cluster.weightsBecome('extra', failedOver('extra'))
    const { spec } = await controlPlane.api.get(at(splits, 'trafficsplits', 'extra'), unknown)
    const [first, second] = withExtras.spec.backends
    expect(spec).toEqual({
      ...withExtras.spec,
      backends: [
        { ...first, weight: 0 },
        { ...second, weight: 1 },
      ],
    })
  })
})

it('follows the server through its restart', async () => {
  await addPair('restarted')
  await cluster.fence()
  await controlPlane.restartApiServer()
  await cluster.setReady('restarted', 0)
  await cluster.weightsBecome('restarted', failedOver('restarted'), 90_000)
})

it('ends with code 0 on SIGTERM', () => operator.stop())
