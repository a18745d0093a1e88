import { beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../base/result.ts'
import { FakeTransport, type Opened } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { type Surroundings, sharedLists, watchSurroundings } from './surroundings.ts'

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
  surroundings = watchSurroundings(
    { transport, clock: createManualClock(), random: () => 0, log: createMemoryLog() },
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
    expect(surroundings.ports('shop/web')).toBe('unknown')
    await surroundings.stop()
  })

  it('are the ports of all Services, once all are known', async () => {
    await begin()
    await send('services', 'ADDED', 'web', { ports: [{ port: 80 }] })
    expect(surroundings.ports('shop/web')).toBe('unknown')
    await complete()
    expect([surroundings.ports('shop/web'), surroundings.ports('shop/api')]).toEqual([[80], undefined])
    await surroundings.stop()
  })

  it('are told of anew only where ports have changed', async () => {
    await begin()
    await complete()
    await send('services', 'ADDED', 'web', { ports: [{ port: 80 }] })
    await send('services', 'MODIFIED', 'web', { ports: [{ port: 80 }], externalName: 'x' })
    expect(touched).toEqual(['shop/web'])
    await send('services', 'MODIFIED', 'web', { ports: [{ port: 81 }] })
    expect(touched).toEqual(['shop/web', 'shop/web'])
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

it('keeps equal lists of ports once', () => {
  const share = sharedLists()
  const first = share([80, 443])
  expect(share([80, 443])).toBe(first)
  expect([first, share([80]), share([])]).toEqual([[80, 443], [80], []])
})

it('does not remember lists of ports for ever', () => {
  const share = sharedLists()
  const first = share([80])
  for (let port = 1_000; port < 3_000; port += 1) share([port])
  expect(share([80])).not.toBe(first)
})
