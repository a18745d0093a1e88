import { afterEach, describe, expect, it, vi } from 'vitest'
import { asList, dig } from '../json.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../server.ts'

const running: Sandbox[] = []
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop()
})

const namespace = 'default'
const labels = { app: 'web' }

async function world(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  running.push(sandbox)
  sandbox.store.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 'http', name: 'http' }] },
  })
  sandbox.store.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'app', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }],
        },
      },
    },
  })
  return sandbox
}

function readiness({ store }: Sandbox): unknown[] {
  const slice = store.list('endpointslices', namespace)[0]
  return asList(slice?.endpoints).map((endpoint) => dig(endpoint, 'conditions', 'ready'))
}

function scale({ store }: Sandbox, replicas: number): void {
  const deployment = store.get('deployments', namespace, 'web')
  if (!deployment) throw new Error('the Deployment is gone')
  const spec = typeof deployment.spec === 'object' && deployment.spec ? deployment.spec : {}
  store.update({ ...deployment, spec: { ...spec, replicas } })
}

describe('controllers', () => {
  it('turns a Deployment into ready Pods, slices, Endpoints and a status', async () => {
    const sandbox = await world()
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    const slice = sandbox.store.list('endpointslices', namespace)[0]
    expect(slice?.metadata.labels).toMatchObject({ 'kubernetes.io/service-name': 'web' })
    expect(slice?.metadata.annotations).toHaveProperty(['endpoints.kubernetes.io/last-change-trigger-time'])
    expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
    const endpoints = sandbox.store.get('endpoints', namespace, 'web')
    expect(asList(dig(endpoints, 'subsets', 0, 'addresses'))).toHaveLength(2)
    await vi.waitFor(() =>
      expect(sandbox.store.get('deployments', namespace, 'web')?.status).toMatchObject({ readyReplicas: 2 }),
    )
  })

  it('follows the scale down to nothing and up again', async () => {
    const sandbox = await world()
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    scale(sandbox, 0)
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([]))
    expect(sandbox.store.get('endpoints', namespace, 'web')?.subsets).toEqual([])
    scale(sandbox, 1)
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true]))
  })

  it('lets a Pod be made unready, and does not overrule it', async () => {
    const sandbox = await world()
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    const pod = sandbox.store.list('pods', namespace)[0]
    if (!pod || typeof pod.status !== 'object') throw new Error('no Pod')
    sandbox.store.update({
      ...pod,
      status: { ...pod.status, conditions: [{ type: 'Ready', status: 'False' }] },
    })
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([false, true]))
    const endpoints = sandbox.store.get('endpoints', namespace, 'web')
    expect(asList(dig(endpoints, 'subsets', 0, 'notReadyAddresses'))).toHaveLength(1)
  })

  it('replaces deleted Pods, and takes all of them away with their Deployment', async () => {
    const sandbox = await world()
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    const [first] = sandbox.store.list('pods', namespace)
    sandbox.store.delete('pods', namespace, first?.metadata.name ?? '')
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    sandbox.store.delete('deployments', namespace, 'web')
    await vi.waitFor(() => expect(sandbox.store.list('pods', namespace)).toEqual([]))
    sandbox.store.delete('services', namespace, 'web')
    await vi.waitFor(() => expect(sandbox.store.list('endpointslices', namespace)).toEqual([]))
  })

  it.each([
    ['by default', undefined, 2],
    ['with maxUnavailable: 1', 1, 1],
    ['with maxUnavailable: 50%', '50%', 1],
  ])('keeps old Pods until new ones are ready, when the template changes, %s', async (_, most, least) => {
    const sandbox = await world()
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    const old = sandbox.store.list('pods', namespace).map(({ metadata }) => metadata.name)
    const deployment = sandbox.store.get('deployments', namespace, 'web')
    if (!deployment) throw new Error('no Deployment')
    const text = JSON.stringify(deployment.spec).replace('"labels":{', '"annotations":{"a":"b"},"labels":{')
    const strategy = { rollingUpdate: { maxUnavailable: most } }
    sandbox.store.update({ ...deployment, spec: { ...JSON.parse(text), strategy } })
    const isDone = () => {
      const pods = sandbox.store.list('pods', namespace)
      return (
        pods.every(({ metadata }) => !old.includes(metadata.name)) &&
        String(readiness(sandbox)) === 'true,true'
      )
    }
    const seen: number[] = []
    while (!isDone()) {
      seen.push(readiness(sandbox).filter(Boolean).length)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(Math.min(...seen)).toBe(least)
    expect(readiness(sandbox)).toEqual([true, true])
  })

  it('writes nothing more once everything is in line', async () => {
    const sandbox = await world()
    await vi.waitFor(() => expect(readiness(sandbox)).toEqual([true, true]))
    await vi.waitFor(() =>
      expect(sandbox.store.get('deployments', namespace, 'web')?.status).toMatchObject({ readyReplicas: 2 }),
    )
    const version = sandbox.store.resourceVersion
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(sandbox.store.resourceVersion).toBe(version)
  })

  it('does none of this when told not to', async () => {
    const sandbox = await world({ controllers: false })
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(sandbox.store.list('pods', namespace)).toEqual([])
  })
})
