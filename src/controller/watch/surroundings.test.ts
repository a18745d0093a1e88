import { beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../base/result.ts'
import { readinessOf } from '../../core/types.ts'
import { FakeTransport, type Opened } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { type Surroundings, watchSurroundings } from './surroundings.ts'

let transport: FakeTransport
let surroundings: Surroundings
/** Services of which something was known anew. */
let touched: string[]
let version: number

const groups = [{ name: 'linkerd.io', versions: [{ version: 'v1alpha2' }] }]
const answers: Record<string, unknown> = {
  '/apis': { groups },
  '/apis/linkerd.io/v1alpha2': { resources: [{ name: 'serviceprofiles' }] },
}

beforeEach(async () => {
  transport = new FakeTransport()
  touched = []
  version = 0
  const tools = { transport, clock: createManualClock(), random: () => 0, log: createMemoryLog() }
  surroundings = watchSurroundings(
    { ...tools, clusterDomain: undefined },
    { service: () => undefined, readiness: () => readinessOf(0, 0), downGateway: () => undefined },
    (service) => touched.push(service),
    () => {},
  )
})

function streamOf(plural: string): Opened {
  const stream = transport.streams.find(({ req }) => req.path.endsWith(`/${plural}`))
  if (!stream) throw new Error(`${plural} are not watched`)
  return stream
}

async function send(plural: string, type: string, name: string, spec: object = {}): Promise<void> {
  version += 1
  const metadata = { namespace: 'shop', name, resourceVersion: String(version) }
  streamOf(plural).send({ type, object: { metadata, spec } })
  await settle()
}

async function begin(): Promise<void> {
  surroundings.start()
  await settle()
  for (let more = transport.requests.splice(0); more.length > 0; more = transport.requests.splice(0)) {
    for (const asked of more) asked.answer(ok(answers[asked.path]))
    await settle()
  }
}

async function complete(): Promise<void> {
  const annotations = { 'k8s.io/initial-events-end': 'true' }
  for (const stream of transport.streams)
    stream.send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '100', annotations } } })
  version = 100
  await settle()
}

describe('the surroundings of routes', () => {
  it('are not asked about before there is a reason to', async () => {
    await settle()
    expect([transport.streams, transport.requests]).toEqual([[], []])
    await surroundings.stop()
  })

  it('are the ServiceProfiles that take a Service over, however many name it', async () => {
    await begin()
    await complete()
    const profile = 'web.shop.svc.cluster.local'
    const other = 'web.shop.svc.other.domain'
    const routes = { routes: [{}] }
    expect(surroundings.hasProfile('shop/web')).toBe(false)
    await send('serviceprofiles', 'ADDED', profile, routes)
    await send('serviceprofiles', 'ADDED', other, routes)
    expect(surroundings.hasProfile('shop/web')).toBe(true)
    await send('serviceprofiles', 'DELETED', other, routes)
    expect(surroundings.hasProfile('shop/web')).toBe(true)
    await send('serviceprofiles', 'MODIFIED', profile, {})
    expect(surroundings.hasProfile('shop/web')).toBe(false)
    await send('serviceprofiles', 'MODIFIED', profile, routes)
    expect(surroundings.hasProfile('shop/web')).toBe(true)
    expect(new Set(touched)).toEqual(new Set(['shop/web']))
    await surroundings.stop()
  })
})
