import { afterEach, describe, expect, it } from 'vitest'
import { linkNames } from '../../base/names.ts'
import { err, ok } from '../../base/result.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { Gateways } from './gateways.ts'

const running: Gateways[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateways) => gateways.stop()))
})

const link = (cluster: string, version: number) => ({
  metadata: { namespace: 'linkerd-multicluster', name: cluster, resourceVersion: String(version) },
  spec: { targetClusterName: cluster },
})
const end = (version: number) => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
})
const web = ['shop/web-east', 'east'] as const
const gone = {
  state: 'unknown',
  why: 'there is no Link to cluster east in this cluster, so nothing updates the Endpoints shop/web-east',
}

/** Links of a cluster that serves the kind, or does not. */
function world(isServed = true) {
  const [transport, clock, log] = [new FakeTransport(), createManualClock(), createMemoryLog()]
  const resource = { ...linkNames, version: 'v1alpha3' }
  const served = { found: ok(isServed ? resource : undefined) }
  const heard: string[] = []
  const gateways = new Gateways({
    transport,
    clock,
    log,
    random: () => 0,
    onState: () => {},
    discovery: { find: async () => served.found },
    mirrorsOf: (cluster) => [`of ${cluster ?? 'all clusters'}`],
    onService: (service) => heard.push(service),
  })
  running.push(gateways)
  const begin = async (...clusters: string[]) => {
    gateways.need()
    await settle()
    const links = clusters.map((name, at) => ({ type: 'ADDED', object: link(name, at + 1) }))
    transport.last.send(...links, end(10))
    await settle()
  }
  return { gateways, transport, clock, heard, begin, served }
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
    expect(heard).toEqual(['of east'])
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
    expect(heard).toContain('of all clusters')
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
