import { afterAll, beforeAll, expect, test } from 'vitest'
import { lives, objectsOf, type Stage } from '../../src/readiness/testing/recorded.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { links, released } from '../control-plane/definitions.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { FakeGateway } from './fake-gateway.ts'
import { Judged } from './judged.ts'
import { createLinkAccount, linkSecret, secrets } from './link.ts'
import { Markers } from './markers.ts'
import { Mirror } from './mirror.ts'
import { at } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

/** The cluster with the operator, and the two that are linked with it; each with its own slice controllers. */
const names = ['source', 'target', 'west'] as const
const linked = ['target', 'west'] as const
const multicluster = 'linkerd-multicluster'
type Name = (typeof names)[number]
type Linked = (typeof linked)[number]
/** Those whose API server is not running. */
const away = new Set<Linked>()

let planes: Record<Name, ControlPlane>
let gateways: Record<Name, FakeGateway>
let mirrors: Record<Name, Mirror>
let cluster: Cluster
let markers: Markers
let kubeconfig: string
let operator: Operator

const services = [
  ...new Set(lives.flatMap(({ stages }) => stages.flatMap((stage) => Object.keys(stage.services)))),
]
let judged: Judged

async function eachPlane<T>(make: (name: Name) => Promise<T>): Promise<Record<Name, T>> {
  const [source, target, west] = await Promise.all(names.map(make))
  if (source === undefined || target === undefined || west === undefined)
    throw new Error('a cluster is missing')
  return { source, target, west }
}

beforeAll(async () => {
  const options = { controllerManager: true, controllers: ['garbage-collector-controller'] }
  planes = await eachPlane(() => startControlPlane(options))
  gateways = await eachPlane(FakeGateway.start)
  mirrors = await eachPlane(async (name) => {
    const mirror = new Mirror(planes[name])
    await mirror.open()
    return mirror
  })
  const { api } = planes.source
  await planes.source.installCrd()
  await planes.source.install(released('standard', 'httproutes'))
  await api.create('/api/v1/namespaces', { metadata: { name: 'linkerd' } })
  await planes.source.install(links())
  await api.create('/api/v1/namespaces', { metadata: { name: multicluster } })
  for (const name of linked) {
    await setLink(name, true)
    await createLinkAccount(planes[name])
    await api.create(secrets, await linkSecret(name, planes[name]))
  }
  cluster = openCluster(api)
  judged = new Judged(api, services)
  await judged.open()
  markers = new Markers(api, new Map(linked.map((name) => [name, planes[name].api])), 'west')
  await markers.open()
  kubeconfig = await planes.source.operatorKubeconfig(linked)
  await start()
})

afterAll(async () => {
  await operator?.kill()
  await Promise.all([
    ...Object.values(planes ?? {}).map((plane) => plane.stop()),
    ...Object.values(gateways ?? {}).map((gateway) => gateway.set(false)),
  ])
})

async function start(): Promise<void> {
  operator = startOperator(kubeconfig, ['--linked-clusters', linked.join(), '--gateway-probe'])
  await operator.ready()
}

/** Resolves when the operator has acted upon everything that was written in the clusters that it can reach. */
async function settle(reached: readonly Linked[]): Promise<void> {
  await eventually(async () => {
    const metrics = await operator.metrics()
    for (const name of linked) {
      const synced = metrics.sum('linkerd_failover_watch_synced', { watch: `endpointslices@${name}` })
      expect(synced, name).toBe(reached.includes(name) ? 1 : 0)
    }
  }, 60_000)
  await markers.pass(reached)
  await cluster.fence()
}

/** Creates the Link to a cluster, or deletes it. */
async function setLink(name: Linked, isThere: boolean): Promise<void> {
  const path = at('multicluster.linkerd.io/v1alpha3', 'links', undefined, multicluster)
  const link = { apiVersion: 'multicluster.linkerd.io/v1alpha3', kind: 'Link', metadata: { name } }
  const probeSpec = { path: '/ready', port: String(gateways[name].port), period: '3s' }
  const spec = { targetClusterName: name, gatewayAddress: '127.0.0.1', probeSpec }
  if (isThere) await planes.source.api.ensure(path, { ...link, spec })
  else await planes.source.api.remove(`${path}/${name}`)
}

/** Puts the objects of these stages into their clusters; answers with the linked clusters that can be reached. */
async function play(stages: readonly Stage[]): Promise<readonly Linked[]> {
  const objects = stages.map(objectsOf)
  const reached = linked.filter((name) => objects.every((one) => one[name]))
  for (const name of linked) {
    if (!reached.includes(name)) planes[name].signal('kube-apiserver', 'SIGKILL')
    else if (away.delete(name)) await planes[name].restartApiServer()
  }
  for (const name of linked) if (!reached.includes(name)) away.add(name)
  await setLink(
    'target',
    stages.every(({ hasLink }) => hasLink),
  )
  await gateways.target.set(stages.every(({ gateway }) => gateway !== 'dead'))
  const all = ['source', ...reached] as const
  await Promise.all(all.map((name) => mirrors[name].become(objects.flatMap((one) => one[name] ?? []))))
  return reached
}

/** Of each act, the stage of each mode. */
const acts = [...new Set(lives.flatMap(({ stages }) => stages.flatMap(({ acts }) => acts)))]
  .sort((a, b) => a - b)
  .map((act) => lives.flatMap(({ stages }) => stages.filter(({ acts }) => acts.includes(act))))

test.each(acts)(
  'at each stage the operator finds what is true, also after its restart (%#)',
  async (...stages) => {
    const found = new Map(
      stages.flatMap(({ services }) =>
        Object.entries(services).map(([name, { operator }]) => [name, operator]),
      ),
    )
    const when = stages.map(({ what, services }) => `${Object.keys(services)[0]}: ${what}`).join(' ')
    const reached = await play(stages)
    await settle(reached)
    judged.expect(found)
    await judged.becomes(found, operator, when)

    const versions = await judged.versions()
    await operator.stop()
    await start()
    await settle(reached)
    await judged.becomes(found, operator, `after a restart, ${when}`)
    expect(await judged.versions(), `written again after a restart, ${when}`).toEqual(versions)
  },
)
