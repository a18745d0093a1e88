import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import type { ClusterConfig } from '../../kube/cluster/cluster.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { LinkedClusters } from './linked-clusters.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

const kubeconfig = (token: string, server = 'https://east.example.com') =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token } }],
  })

const secret = (content: string, version: number, more: object = {}) => ({
  type: 'mirror.linkerd.io/remote-kubeconfig',
  metadata: { namespace: 'linkerd', name: 'cluster-credentials-east', resourceVersion: String(version) },
  data: { kubeconfig: base64(content) },
  ...more,
})

const slice = (service: string, ready: boolean, version: number) => ({
  metadata: {
    namespace: 'shop',
    name: `${service}-1`,
    resourceVersion: String(version),
    labels: { 'kubernetes.io/service-name': service },
  },
  addressType: 'IPv4',
  ports: [{ port: 8080 }],
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
})

const added = (object: object) => ({ type: 'ADDED', object })
const changed = (object: object) => ({ type: 'MODIFIED', object })
const end = (version: number) => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
})
const broken = { kind: 'unreachable', message: 'cannot reach the API server' } as const

function world(clusters: readonly string[] = ['east']) {
  const here = new FakeTransport()
  const there: { config: ClusterConfig; transport: FakeTransport; isClosed: boolean }[] = []
  const wanted = new Set<string>()
  const heard: string[] = []
  const [clock, log] = [createManualClock(), createMemoryLog()]
  const links = {
    clusters,
    namespace: 'linkerd',
    connect: (config: ClusterConfig) => {
      const link = { config, transport: new FakeTransport(), isClosed: false }
      link.transport.close = async () => {
        link.isClosed = true
      }
      there.push(link)
      return link.transport
    },
  }
  const onMember = (cluster: string, service: string, turned: boolean) =>
    heard.push(`${cluster} ${service}${turned ? '' : ' counts'}`)
  const linked = new LinkedClusters(links, { transport: here, clock, log, random: () => 0, onMember }, () =>
    [...wanted].map((name) => ({
      cluster: 'east',
      service: name.includes('/') ? name : `shop/${name}`,
    })),
  )
  linked.start()
  const want = async (...names: string[]) => {
    wanted.clear()
    for (const name of names) wanted.add(name)
    linked.touch()
    await clock.advance(50)
  }
  const link = () => {
    const last = there.at(-1)
    if (!last) throw new Error('nothing is connected')
    return last
  }
  /** What is said of a Service: the ready endpoints of its slices, or why they are not known. */
  const say = (name: string, cluster = 'east') => {
    const slices = linked.slicesOf(cluster, `shop/${name}`)
    return slices.ok ? slices.value.flat().reduce((sum, { ready }) => sum + ready, 0) : slices.error
  }
  return { linked, here, there, link, want, say, heard, clock, log }
}

let running: ReturnType<typeof world>
afterEach(() => running.linked.stop())

/** A world in which `shop/web` of `east` is known, with one ready endpoint. */
async function reading(clusters?: readonly string[]) {
  running = world(clusters)
  const { here, link, want } = running
  await want('web')
  here.last.send(added(secret(kubeconfig('one'), 1)), end(2))
  await settle()
  link().transport.last.send(added(slice('web', true, 5)), end(10))
  await settle()
  running.heard.length = 0
  return running
}

describe('the Secret of a cluster', () => {
  beforeEach(() => {
    running = world()
  })

  it('is followed by its name alone, in the namespace of Linkerd', async () => {
    await settle()
    expect(running.here.last.req).toMatchObject({
      path: '/api/v1/namespaces/linkerd/secrets',
      query: { fieldSelector: 'metadata.name=cluster-credentials-east', watch: '1' },
    })
  })

  test.each([
    ['is not there', [], 'the Secret linkerd/cluster-credentials-east is missing'],
    [
      'is no kubeconfig',
      [added(secret('hello', 1))],
      'the Secret linkerd/cluster-credentials-east cannot be used: no kubeconfig with a token:',
    ],
    [
      'is of another type',
      [added(secret('', 1, { type: 'Opaque' }))],
      'the Secret linkerd/cluster-credentials-east is not of type mirror.linkerd.io/remote-kubeconfig',
    ],
    [
      'has no such key',
      [added(secret('', 1, { data: {} }))],
      'the Secret linkerd/cluster-credentials-east has no key kubeconfig',
    ],
  ])('that %s makes its Services unknown', async (_, events, why) => {
    const { here, there, want, say, linked, log } = running
    await want('web')
    here.last.send(...events, end(2))
    await settle()
    expect(say('web')).toContain(why)
    expect(log.lines.filter((line) => line.includes(`warn cluster east cannot be read`))).toEqual([
      expect.stringContaining(why),
    ])
    expect([there.length, linked.readings[0]]).toMatchObject([0, { state: 'noCredentials', synced: false }])
  })

  it('that must not be read is named with what the API server says', async () => {
    const { here, want, say } = running
    await want('web')
    here.last.break({ kind: 'forbidden', message: 'secrets is forbidden' })
    await settle()
    expect(say('web')).toContain(
      'the Secret linkerd/cluster-credentials-east is not known yet: secrets is forbidden',
    )
  })

  it('that is replaced is used at once', async () => {
    await running.linked.stop()
    const { here, there, say, heard } = await reading()
    here.last.send(changed(secret(kubeconfig('two'), 3)))
    await settle()
    expect(there.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(await there[1]?.config.credentials()).toMatchObject({ headers: { authorization: 'Bearer two' } })
    expect(heard).toContain('east shop/web')
    expect(say('web')).toBe('their list is not complete yet')
    there[1]?.transport.last.send(added(slice('web', true, 2)), end(3))
    await settle()
    expect(say('web')).toBe(1)
  })

  it('that is written again with the same content changes nothing', async () => {
    await running.linked.stop()
    const { here, there, say } = await reading()
    here.last.send(changed(secret(kubeconfig('one'), 3)))
    await settle()
    expect([there.length, say('web')]).toEqual([1, 1])
  })

  it('that is deleted makes its Services unknown, and is told', async () => {
    await running.linked.stop()
    const { here, link, say, heard } = await reading()
    here.last.send({ type: 'DELETED', object: secret('', 3) })
    await settle()
    expect(say('web')).toBe('the Secret linkerd/cluster-credentials-east is missing')
    expect([link().isClosed, heard[0]]).toEqual([true, 'east shop/web'])
  })

  it('is never shown', async () => {
    await running.linked.stop()
    const { log } = await reading()
    expect(log.lines.join()).not.toContain('Bearer')
    expect(log.lines.join()).toContain('reading cluster east at https://east.example.com')
  })
})

describe('the slices of a cluster', () => {
  it('are asked for by the names of Services', async () => {
    const { link, say, linked } = await reading()
    expect(link().transport.last.req).toMatchObject({
      path: '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices',
      query: { labelSelector: 'kubernetes.io/service-name in (web)' },
    })
    expect([say('web'), linked.readings]).toEqual([
      1,
      [{ cluster: 'east', state: 'watching', synced: true, size: 1 }],
    ])
  })

  it('of Services that no route uses are not kept, if the API server ignores the selector', async () => {
    const { link, say, linked, log, heard } = await reading()
    const others = Array.from({ length: 1_000 }, (_, index) => added(slice(`s${index}`, true, 20 + index)))
    link().transport.last.send(...others, changed(slice('web', false, 2_000)))
    await settle()
    expect([say('web'), linked.readings[0]?.size, heard]).toEqual([0, 1, ['east shop/web']])
    expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn endpointslices@east: the API server ignores the selector; the operator drops what it did not ask for, such as shop/s0-1',
    ])
  })

  it('that are too large to be read are unknown, and why', async () => {
    running = world()
    const { here, link, want, say, clock } = running
    await want('web')
    here.last.send(added(secret(kubeconfig('one'), 1)), end(2))
    await settle()
    const message = 'GET /slices: the answer has more than 20 MiB'
    link().transport.last.break({ kind: 'protocol', message, isTooLarge: true })
    await clock.advance(800)
    const { requests } = link().transport
    for (const limit of ['250', '62', '15', '3']) {
      expect(requests.at(-1)?.query?.limit).toBe(limit)
      requests.at(-1)?.answer(err({ kind: 'protocol', message, isTooLarge: true }))
      await settle()
    }
    expect(requests).toHaveLength(4)
    expect(say('web')).toBe(`their list is not complete yet: ${message}`)
  })

  it('are told once when they become known, however many there are', async () => {
    running = world()
    const { here, link, want, heard } = running
    await want('web', 'api')
    here.last.send(added(secret(kubeconfig('one'), 1)), end(2))
    await settle()
    heard.length = 0
    const more = { ...slice('web', true, 6), metadata: { ...slice('web', true, 6).metadata, name: 'web-2' } }
    link().transport.last.send(
      added(slice('web', true, 5)),
      added(more),
      added(slice('api', true, 7)),
      end(10),
    )
    await settle()
    expect(heard.sort()).toEqual(['east shop/api', 'east shop/web'])
  })

  it('are told as they change', async () => {
    const { link, say, heard } = await reading()
    link().transport.last.send(changed(slice('web', false, 11)))
    await settle()
    expect([say('web'), heard]).toEqual([0, ['east shop/web']])
  })

  it('stay known while others join them', async () => {
    const { link, want, say } = await reading()
    await want('web', 'api')
    const { transport } = link()
    expect(transport.last.req.query?.labelSelector).toBe('kubernetes.io/service-name in (api,web)')
    expect(transport.streams[0]?.closed).toBe(true)
    expect(say('web')).toBe(1)
    expect(say('api')).toBe('their list is not complete yet')
    transport.last.send(added(slice('web', true, 5)), added(slice('api', false, 12)), end(20))
    await settle()
    expect([say('web'), say('api')]).toEqual([1, 0])
  })

  it('are forgotten once no route needs them, and the connection with them', async () => {
    const { link, want, say, linked } = await reading()
    await want()
    expect(link().isClosed).toBe(true)
    expect(linked.readings).toEqual([{ cluster: 'east', state: 'idle', synced: true, size: 0 }])
    expect(say('web')).toBe('the operator has not asked for them yet')
  })

  it('are asked for by as few watches as URLs of 8 KiB allow', async () => {
    const { link, want, linked } = await reading()
    const names = (count: number, length: number) =>
      Array.from({ length: count }, (_, index) => `s${index}`.padEnd(length, 'x'))
    const asked = () =>
      link()
        .transport.streams.filter(({ closed }) => !closed)
        .map(({ req }) => req.query?.labelSelector?.split(',').length)
    await want(...names(250, 63))
    expect(asked().sort()).toEqual([106, 106, 38])
    for (const { req } of link().transport.streams)
      expect(new URLSearchParams(req.query).toString().length).toBeLessThan(8_000)
    await want(...names(250, 20))
    expect(asked()).toEqual([250])
    await linked.stop()
    expect(link().isClosed).toBe(true)
  })

  describe('whose watch is lost', () => {
    it('are in doubt until all of them were read again', async () => {
      const { link, say, heard, clock, linked } = await reading()
      const { transport } = link()
      transport.refusals.push(broken)
      transport.last.break(broken)
      await settle()
      const doubt = 'their watch is lost, so they may have changed: cannot reach the API server'
      expect([say('web'), heard]).toEqual([doubt, ['east shop/web']])
      expect(linked.readings[0]).toMatchObject({ state: 'backingOff', synced: false, size: 1 })
      await clock.advance(800)
      expect(say('web')).toBe(doubt)
      await clock.advance(1_600)
      expect(transport.requests.length + transport.streams.length).toBe(2)
      expect(say('web')).toBe(doubt)
      transport.requests[0]?.answer({
        ok: true,
        value: { metadata: { resourceVersion: '30' }, items: [slice('web', false, 25)] },
      })
      await settle()
      expect(say('web')).toBe(0)
    })

    it('are in doubt for a minute after the cluster was restored from a backup', async () => {
      const { link, say, clock, log } = await reading()
      const { transport } = link()
      transport.last.break(broken)
      const seen: unknown[] = []
      for (let second = 0; second < 100; second += 1) {
        await clock.advance(1_000)
        if (!transport.last.closed) transport.last.send(added(slice('web', false, 3)), end(4))
        const restored = { metadata: { resourceVersion: '4' }, items: [slice('web', false, 3)] }
        for (const request of transport.requests.splice(0)) request.answer({ ok: true, value: restored })
        await settle()
        seen.push(say('web'))
      }
      expect(seen[0]).toContain('their watch is lost, so they may have changed')
      expect(seen.at(-1)).toBe(0)
      expect(log.lines.join('\n')).toContain('was etcd restored?')
    })

    it('stay so while others join them', async () => {
      const { link, want, say } = await reading()
      link().transport.last.break(broken)
      await settle()
      await want('web', 'api')
      expect(say('web')).toContain('their watch is lost')
      link().transport.last.send(added(slice('web', true, 5)), end(20))
      await settle()
      expect([say('web'), say('api')]).toEqual([1, 0])
    })
  })
})

describe('what a cluster has now', () => {
  const web = { cluster: 'east', service: 'shop/web' }
  /** What is read of `shop/web`: the ready endpoints of its slices, or why they cannot be read. */
  async function read(): Promise<number | string> {
    const now = await running.linked.readNow([web], new AbortController().signal)
    const slices = now.slicesOf(web.cluster, web.service)
    return slices.ok ? slices.value.flat().reduce((sum, { ready }) => sum + ready, 0) : slices.error
  }
  const list = (...items: readonly object[]) => ok({ metadata: { resourceVersion: '30' }, items })

  it('is read of each Service by its name, and not what its watch has told', async () => {
    const { link, say } = await reading()
    const answer = read()
    const [request] = link().transport.requests
    expect(request).toMatchObject({
      path: '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices',
      query: { labelSelector: 'kubernetes.io/service-name=web' },
    })
    request?.answer(list(slice('web', false, 25), slice('other', true, 26)))
    expect([await answer, say('web')]).toEqual([0, 1])
  })

  it('is not read while it is in doubt', async () => {
    const { link } = await reading()
    link().transport.refusals.push(broken)
    link().transport.last.break(broken)
    await settle()
    expect(await read()).toContain('their watch is lost')
    expect(link().transport.requests).toEqual([])
  })

  it('is unknown if it is not read within 500 ms', async () => {
    const { clock } = await reading()
    const answer = read()
    await clock.advance(500)
    expect([await answer, clock.pending]).toEqual(['called off', 0])
  })

  it('is not asked for again before the time for which its API server asks', async () => {
    const { link, clock } = await reading()
    const { requests } = link().transport
    const answer = read()
    requests[0]?.answer(err({ kind: 'throttled', message: 'too many requests', retryAfterMs: 2_000 }))
    expect(await answer).toBe('too many requests')
    await clock.advance(1_999)
    expect([await read(), requests.length]).toEqual(['its API server asks for no request now', 1])
    await clock.advance(1)
    const again = read()
    requests[1]?.answer(list(slice('web', true, 25)))
    expect(await again).toBe(1)
  })
})

describe('clusters', () => {
  test('that are not to be read are unknown, and named', async () => {
    running = world([])
    await running.want('web')
    expect(running.here.streams).toEqual([])
    await running.want('web', 'api')
    expect(running.log.lines).toEqual([
      'warn cluster east is not read, so all members in it are unknown: it is not one of --linked-clusters',
    ])
    expect(running.say('web')).toBe('cluster east is not one of --linked-clusters')
  })

  test('that are named twice are read once', async () => {
    const { here } = await reading(['east', 'east'])
    expect(here.streams).toHaveLength(1)
  })

  test('ask for nothing more once they are stopped', async () => {
    const { linked, here, link, clock } = await reading()
    linked.touch()
    await linked.stop()
    expect([here.last.closed, link().transport.last.closed, clock.pending]).toEqual([true, true, 0])
  })
})

test('an older list is not believed, although no route needed its namespace for a while', async () => {
  const { want, link, say } = await reading()
  await want('web', 'depot/api')
  await want('depot/api')
  await want('web', 'depot/api')
  link().transport.last.send(added(slice('web', true, 5)), end(7))
  await settle()
  expect(say('web')).toContain('not complete yet')
})
