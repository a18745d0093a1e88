import { afterEach, describe, expect, it } from 'vitest'
import { linkNames } from '../../base/names.ts'
import { err, ok } from '../../base/result.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { Gateways } from './gateways.ts'
import { FakeNetwork } from './testing/fake-network.ts'

const running: Gateways[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateways) => gateways.stop()))
})

const address = { east: '192.0.2.10', west: '198.51.100.10' }

const link = (cluster: 'east' | 'west', version: number) => ({
  metadata: { namespace: 'linkerd-multicluster', name: cluster, resourceVersion: String(version) },
  spec: {
    targetClusterName: cluster,
    gatewayAddress: address[cluster],
    probeSpec: { path: '/ready', port: '4191' },
  },
})
const end = (version: number) => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
})
const settings = { periodMs: 500, timeoutMs: 400, failures: 2, successes: 3 }
const web = ['shop/web-east', 'east'] as const
const gone = {
  state: 'unknown',
  why: 'there is no Link to cluster east in this cluster, so nothing updates the Endpoints shop/web-east',
}

/** Links of a cluster that serves the kind, or does not. */
function world(isServed = true, isProbed = false) {
  const [transport, clock, log] = [new FakeTransport(), createManualClock(), createMemoryLog()]
  const resource = { ...linkNames, version: 'v1alpha3' }
  const served = { found: ok(isServed ? resource : undefined) }
  const network = new FakeNetwork(clock)
  const heard: string[] = []
  const gateways = new Gateways({
    transport,
    clock,
    log,
    random: () => 0,
    onState: () => {},
    discovery: { find: async () => served.found },
    probing: isProbed ? { network, settings } : undefined,
    mirrors: () => [
      ['shop/web-east', 'east'],
      ['shop/web-west', 'west'],
    ],
    onService: (service) => heard.push(service),
  })
  running.push(gateways)
  const begin = async (...clusters: ('east' | 'west')[]) => {
    gateways.need()
    await settle()
    const links = clusters.map((name, at) => ({ type: 'ADDED', object: link(name, at + 1) }))
    transport.last.send(...links, end(10))
    await settle()
  }
  return { gateways, transport, clock, log, network, heard, begin, served }
}

describe('a Service that is mirrored through a gateway', () => {
  it('is not doubted while there is a Link to its cluster', async () => {
    const { gateways, begin } = world()
    await begin('east')
    expect(gateways.doubt(...web)).toBeUndefined()
  })

  it('is unknown once the Link is deleted, and judged again then', async () => {
    const { gateways, begin, transport, heard } = world()
    await begin('east', 'west')
    heard.splice(0)
    transport.last.send({ type: 'DELETED', object: link('east', 11) })
    await settle()
    expect(gateways.doubt(...web)).toEqual(gone)
    expect(gateways.doubt('shop/web-west', 'west')).toBeUndefined()
    expect(heard).toEqual(['shop/web-east'])
    transport.last.send({ type: 'ADDED', object: link('east', 12) })
    await settle()
    expect(gateways.doubt(...web)).toBeUndefined()
  })

  it('is not doubted while there is one of two Links that name its cluster', async () => {
    const { gateways, begin, transport } = world()
    const other = { ...link('east', 5), metadata: { namespace: 'other', name: 'east', resourceVersion: '5' } }
    await begin('east')
    transport.last.send({ type: 'ADDED', object: other }, { type: 'DELETED', object: link('east', 11) })
    await settle()
    expect(gateways.doubt(...web)).toBeUndefined()
    const metadata = { ...other.metadata, resourceVersion: '12' }
    transport.last.send({ type: 'DELETED', object: { ...other, metadata } })
    await settle()
    expect(gateways.doubt(...web)).toEqual(gone)
  })

  it('is unknown if there never was a Link since the start', async () => {
    const { gateways, begin } = world()
    await begin()
    expect(gateways.doubt(...web)).toEqual(gone)
  })

  it('is unknown before all Links are known, and judged again then', async () => {
    const { gateways, begin, heard } = world()
    expect(gateways.doubt(...web)).toEqual({
      state: 'unknown',
      why: 'the Link to cluster east in this cluster is not known: the list of all Links is not complete yet',
    })
    await begin('east')
    expect(heard).toEqual(expect.arrayContaining(['shop/web-east', 'shop/web-west']))
  })

  it('is not doubted in a cluster that has no Links at all', async () => {
    const { gateways, transport } = world(false)
    gateways.need()
    await settle()
    expect(gateways.doubt(...web)).toBeUndefined()
    expect(transport.streams).toEqual([])
  })

  it('is not doubted between the definition of Links and their first list', async () => {
    const { gateways, clock, served, transport } = world(false)
    gateways.need()
    await settle()
    served.found = ok({ ...linkNames, version: 'v1alpha3' })
    await clock.advance(16_000)
    expect(gateways.doubt(...web)).toBeUndefined()
    transport.last.send(end(10))
    await settle()
    expect(gateways.doubt(...web)).toEqual(gone)
  })
})

describe('the watch of Links', () => {
  it('does not begin before there is a mirrored Service', async () => {
    const { gateways, transport } = world()
    await settle()
    expect(transport.streams).toEqual([])
    expect(gateways.caches).toEqual([])
  })

  it('is waited for, but not if the list fails', async () => {
    const { gateways, transport, clock } = world()
    transport.refusals.push({ kind: 'forbidden', message: 'answered 403' })
    gateways.need()
    expect(gateways.isPending).toBe(true)
    await settle()
    for (const { answer } of transport.requests.splice(0))
      answer(err({ kind: 'forbidden', message: 'answered 403' }))
    await clock.advance(1)
    expect(gateways.isPending).toBe(false)
    expect(gateways.caches.map(({ reader }) => reader.synced)).toEqual([false])
    expect(gateways.doubt(...web)?.state).toBe('unknown')
  })
})

describe('a gateway that is probed', () => {
  /** Gateways that have answered. */
  async function alive() {
    const all = world(true, true)
    await all.begin('east', 'west')
    await all.clock.advance(200)
    return all
  }

  it('makes its mirrored Services unknown until it has answered', async () => {
    const { gateways, begin, clock } = world(true, true)
    await begin('east', 'west')
    const why = 'the gateway of cluster east has not answered a probe from this cluster yet'
    expect(gateways.doubt(...web)).toEqual({ state: 'unknown', why })
    await clock.advance(100)
    expect(gateways.doubt(...web)).toBeUndefined()
  })

  it('makes them down when it fails, says so, and has them judged again', async () => {
    const { gateways, clock, network, heard, log } = await alive()
    heard.splice(0)
    network.does.set(address.east, 'refuses')
    await clock.advance(1_500)
    const why =
      'the gateway of cluster east has not answered since 2026-01-01T00:00:01Z (192.0.2.10:4191: connection refused)'
    expect(gateways.doubt(...web)).toEqual({ state: 'down', ready: 0, total: 0, why, despiteEndpoints: true })
    expect(gateways.doubt('shop/web-west', 'west')).toBeUndefined()
    expect(heard).toEqual(['shop/web-east'])
    const message =
      'warn the gateway of cluster east does not answer, so nothing that is mirrored from there is used: 192.0.2.10:4191: connection refused'
    expect(log.lines).toContain(message)
    network.does.set(address.east, 'answers')
    await clock.advance(1_500)
    expect(gateways.doubt(...web)).toBeUndefined()
    expect(log.lines.at(-1)).toBe('info the gateway of cluster east answers')
  })

  it('says nothing of its mirrored Services if no gateway answers, and that it does not', async () => {
    const { gateways, clock, network, log } = await alive()
    for (const each of Object.values(address)) network.does.set(each, 'hangs')
    await clock.advance(5_000)
    expect(gateways.doubt(...web)).toBeUndefined()
    expect(gateways.readings).toMatchObject([
      { cluster: 'east', state: 'unsure' },
      { cluster: 'west', state: 'unsure' },
    ])
    expect(log.lines.at(-1)).toMatch(/^warn nothing can be said of the gateway of cluster west, perhaps/)
  })

  it('is that of its Link: another address of the Link is probed then', async () => {
    const { clock, network, transport } = await alive()
    const moved = link('east', 12)
    moved.spec.gatewayAddress = '203.0.113.1, gateway.example.com'
    network.names.set('gateway.example.com', ['203.0.113.2'])
    transport.last.send({ type: 'MODIFIED', object: moved })
    await clock.advance(200)
    network.asked.splice(0)
    await clock.advance(12_000)
    const asked = new Set(network.asked.map((question) => question.split(' ')[0]))
    expect(asked).toEqual(new Set(['203.0.113.1', '203.0.113.2', address.west]))
  })

  it('is not probed any more once its Link is gone', async () => {
    const { gateways, clock, network, transport } = await alive()
    transport.last.send({ type: 'DELETED', object: link('east', 12) })
    await clock.advance(200)
    network.asked.splice(0)
    await clock.advance(2_000)
    expect(new Set(network.asked)).toEqual(new Set([`${address.west} /ready`]))
    expect(gateways.doubt(...web)).toEqual(gone)
  })

  it('is not probed unless told to', async () => {
    const { network, clock, begin, gateways } = world()
    await begin('east', 'west')
    await clock.advance(5_000)
    expect(network.asked).toEqual([])
    expect(gateways.readings).toEqual([])
  })
})
