import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import { receiver } from '../../src/notify/testing/builders.ts'
import type { TimelineEntry } from '../../src/view/timeline-entry.ts'
import { Cluster, eventually } from './cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
})
afterEach(() => cluster.stop())

const weightsBecome = async (name: string, ...weights: number[]) => {
  await eventually(() => cluster.weights(name).join() === weights.join())
}

/** A marker route: once it has failed over, everything that came before it has been decided. */
const allDecided = async () => {
  cluster.slice('marker', 0)
  cluster.slice('marker-east', 1)
  cluster.split('marker', { marker: 1, 'marker-east': 0 })
  await weightsBecome('marker', 0, 1)
}

describe('a service fails over', () => {
  it('to the ready secondaries, and back when the primary is back', async () => {
    for (const service of ['web', 'east', 'west']) cluster.slice(service, 2)
    cluster.split('web', { web: 100, east: 0, west: 0 })
    await cluster.readyOperator()
    cluster.slice('web', 0, 2)
    await weightsBecome('web', 0, 100, 100)
    cluster.slice('west', 0, 2)
    await weightsBecome('web', 0, 100, 0)
    cluster.slice('web', 1, 2)
    await weightsBecome('web', 100, 0, 0)
    await eventually(() => cluster.notes('web').length === 3)
    expect(cluster.notes('web').sort()).toEqual([
      'trafficsplit/web failing over to fallbacks: shop/web has 0 of 2 endpoints ready; shop/east and shop/west share',
      'trafficsplit/web sharing traffic among secondaries: shop/web has 0 of 2 endpoints ready; shop/east takes over',
      'trafficsplit/web switching traffic to primary: shop/web has 1 of 2 endpoints ready',
    ])
    expect(cluster.patches).toBe(3)
  })

  it('whatever marks its annotations contain', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.split('web', { web: 1, east: 0 }, { annotations: { 'failover.linkerd.io/paused': 'a&b <no>' } })
    await cluster.readyOperator()
    await weightsBecome('web', 0, 1)
  })

  it('counts what it did', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.split('web', { web: 1, east: 0 })
    const operator = await cluster.readyOperator()
    await weightsBecome('web', 0, 1)
    await eventually(async () =>
      (await operator.metrics()).text.includes('linkerd_failover_transitions_total{'),
    )
    const { text } = await operator.metrics()
    for (const line of [
      'linkerd_failover_transitions_total{kind="TrafficSplit",direction="failover"} 1',
      'linkerd_failover_patches_total{kind="TrafficSplit",outcome="written"} 1',
      'linkerd_failover_routes{kind="TrafficSplit",state="failover"} 1',
      'linkerd_failover_reaction_seconds_count 1',
      'linkerd_failover_watch_synced{watch="trafficsplits"} 1',
      'linkerd_failover_watch_state{watch="endpointslices",state="watching"} 1',
      'linkerd_failover_queue_depth 0',
    ]) {
      expect(text).toContain(line)
    }
    expect(operator.live()).toEqual([])
  })

  it('adds the slices of one service up', async () => {
    cluster.slice('east', 1)
    cluster.slice('web', 1)
    const metadata = { namespace: 'shop', name: 'web-2', labels: { 'kubernetes.io/service-name': 'web' } }
    cluster.slice('web', 1, 1, { metadata })
    cluster.split('web', { web: 1, east: 0 })
    await cluster.readyOperator()
    cluster.slice('web', 0)
    await allDecided()
    expect(cluster.weights('web')).toEqual([1, 0])
    cluster.slice('web', 0, 1, { metadata })
    await weightsBecome('web', 0, 1)
  })

  it('follows the Endpoints of a mirrored service, not its slices', async () => {
    const labels = { 'mirror.linkerd.io/mirrored-service': 'true' }
    const endpoints = (subsets: object[]) =>
      cluster.put({
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { namespace: 'shop', name: 'web', labels },
        subsets: JSON.parse(JSON.stringify(subsets)),
      })
    endpoints([{ addresses: [{ ip: '10.0.0.1' }] }])
    cluster.slice('east', 1)
    cluster.slice('web', 1, 1, {
      metadata: {
        namespace: 'shop',
        name: 'web-1',
        labels: {
          ...labels,
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        },
      },
    })
    cluster.split('web', { web: 1, east: 0 })
    await cluster.readyOperator()
    endpoints([{ notReadyAddresses: [{ ip: '10.0.0.1' }] }])
    await weightsBecome('web', 0, 1)
  })

  it('leaves a primary alone that only another cluster knows', async () => {
    cluster.slice('east', 1)
    cluster.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        namespace: 'shop',
        name: 'web',
        labels: {
          'mirror.linkerd.io/mirrored-service': 'true',
          'multicluster.linkerd.io/remote-discovery': 'east',
        },
      },
      spec: { ports: [{ port: 80 }] },
    })
    cluster.split('web', { web: 1, east: 0 })
    await cluster.readyOperator()
    await allDecided()
    expect(cluster.weights('web')).toEqual([1, 0])
  })
})

describe('steady', () => {
  it('writes nothing at a restart over healthy and failed over routes', async () => {
    for (const service of ['web', 'east', 'api-east']) cluster.slice(service, 1)
    cluster.split('web', { web: 1, east: 0 })
    cluster.split('api', { api: 0, 'api-east': 1 })
    await cluster.readyOperator()
    await allDecided()
    cluster.store.clearRequests()
    await cluster.readyOperator()
    cluster.split('marker', { marker: 1, 'marker-east': 0 })
    await weightsBecome('marker', 0, 1)
    const touched = cluster.store
      .requestLog()
      .filter(({ verb, resource }) => verb === 'patch' && resource === 'trafficsplits')
    expect(new Set(touched.map(({ name }) => name))).toEqual(new Set(['marker']))
  })

  it('holds what is paused, until it is not', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.split('web', { web: 1, east: 0 }, { annotations: { 'failover.linkerd.io/paused': 'true' } })
    await cluster.readyOperator()
    await allDecided()
    expect(cluster.weights('web')).toEqual([1, 0])
    cluster.split('web', { web: 1, east: 0 })
    await weightsBecome('web', 0, 1)
  })

  it('holds what is paused until the time that its annotation says', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    const until = Date.now() + 1_500
    const annotations = {
      'failover.linkerd.io/paused': 'true',
      'failover.linkerd.io/paused-until': new Date(until).toISOString(),
    }
    cluster.split('web', { web: 1, east: 0 }, { annotations })
    await cluster.readyOperator()
    await weightsBecome('web', 0, 1)
    expect(Date.now()).toBeGreaterThanOrEqual(until)
  })
})

describe('bad input', () => {
  test.each([
    ['no backends', { service: 'bad', backends: [] }, {}],
    ['a weight that is text', { service: 'bad', backends: [{ service: 'web', weight: 'abc' }] }, {}],
    ['a negative weight', { service: 'bad', backends: [{ service: 'web', weight: -1 }] }, {}],
    [
      'an annotation that names no backend',
      { service: 'bad', backends: [{ service: 'web', weight: 1 }] },
      { annotations: { 'failover.linkerd.io/primary-service': 'nobody' } },
    ],
  ])('%s is left alone, reported once, and stops nobody else', async (_, spec, metadata) => {
    cluster.slice('web', 0)
    cluster.rawSplit('bad', spec, metadata)
    const operator = await cluster.readyOperator()
    for (let change = 1; change < 5; change += 1) {
      cluster.slice('web', change % 2)
      cluster.rawSplit('bad', spec, { ...metadata, resourceVersion: undefined, finalizers: [`x/${change}`] })
    }
    await allDecided()
    await eventually(() => cluster.notes('bad').length > 0)
    expect(cluster.notes('bad')).toHaveLength(1)
    expect(
      cluster.log.lines.filter((line) => line.includes('TrafficSplit shop/bad is misconfigured')),
    ).toHaveLength(1)
    const { text } = await operator.metrics()
    expect(text).toContain('linkerd_failover_misconfigurations_total{kind="TrafficSplit"} 1')
    expect(text).toContain('linkerd_failover_routes{kind="TrafficSplit",state="misconfigured"} 1')
    expect(cluster.store.requestLog().some(({ verb, name }) => verb === 'patch' && name === 'bad')).toBe(
      false,
    )
  })

  it('says when it is mended, and then does its work', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.split('web', { web: 'abc', east: 0 })
    await cluster.readyOperator()
    await eventually(() => cluster.log.lines.some((line) => line.includes('is misconfigured')))
    cluster.split('web', { web: 1, east: 0 })
    await weightsBecome('web', 0, 1)
    // The weights are seen before the answer to the patch, and nothing is said before that answer.
    await eventually(() =>
      cluster.log.lines.includes('info TrafficSplit shop/web is configured correctly again'),
    )
  })

  it('takes one backend, 64 backends, a backend named twice, and the longest names', async () => {
    const [long, longService] = ['x'.repeat(253), 'x'.repeat(63)]
    const many = Object.fromEntries(
      Array.from({ length: 64 }, (_, index) => [`b${index}`, index === 0 ? 1 : 0]),
    )
    for (const service of ['east', 'b63', longService]) cluster.slice(service, 1)
    const twice = ['web', 'east', 'east'].map((service, index) => ({ service, weight: index === 0 ? 1 : 0 }))
    cluster.split('one', { web: 1 })
    cluster.split('many', many)
    cluster.split(long, { web: 1, [longService]: 0 })
    cluster.rawSplit('twice', { service: 'twice', backends: twice })
    await cluster.readyOperator()
    await weightsBecome('many', ...Array.from({ length: 64 }, (_, index) => (index === 63 ? 1 : 0)))
    await weightsBecome(long, 0, 1)
    await weightsBecome('twice', 0, 1, 1)
    expect(cluster.weights('one')).toEqual([1])
  })

  it('takes slices without conditions, endpoints or ports, and of unknown address types', async () => {
    cluster.slice('web', 0, 1, { endpoints: [{ addresses: ['10.0.0.1'] }] })
    cluster.slice('api', 1, 1, { endpoints: [] })
    cluster.slice('host', 1, 1, { addressType: 'FQDN' })
    cluster.slice('portless', 1, 1, { ports: null })
    cluster.slice('east', 1)
    cluster.split('web', { web: 0, east: 1 })
    for (const name of ['api', 'host', 'portless']) cluster.split(name, { [name]: 1, east: 0 })
    await cluster.readyOperator()
    await weightsBecome('web', 1, 0)
    for (const name of ['api', 'host', 'portless']) await weightsBecome(name, 0, 1)
  })

  it('reads weights as text, fractions and huge numbers, and keeps fields that it does not know', async () => {
    cluster.keepUnknownFields()
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.rawSplit('web', {
      service: 'web',
      matches: [{ kind: 'HTTPRouteGroup', name: 'kept' }],
      backends: [
        { service: 'web', weight: '500m', note: 'kept' },
        { service: 'east', weight: '0' },
      ],
    })
    cluster.split('huge', { web: 1e12, east: 0 })
    await cluster.readyOperator()
    await weightsBecome('web', 0, 1)
    await weightsBecome('huge', 0, 429_496)
    expect(cluster.store.get('trafficsplits', 'shop', 'web')?.spec).toEqual({
      service: 'web',
      matches: [{ kind: 'HTTPRouteGroup', name: 'kept' }],
      backends: [
        { service: 'web', weight: 0, note: 'kept' },
        { service: 'east', weight: 1 },
      ],
    })
  })
})

describe('between the decision and the patch', () => {
  /** Runs `act` once, when the first patch is on its way. */
  const atFirstPatch = (act: () => void) => {
    let acted = false
    return () => {
      if (acted) return
      acted = true
      act()
    }
  }

  beforeEach(() => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.slice('west', 0)
    cluster.split('web', { web: 1, east: 0, west: 0 })
  })

  it('the route is deleted: nothing comes back', async () => {
    const act = () => cluster.store.delete('trafficsplits', 'shop', 'web')
    await cluster.readyOperator({ beforePatch: atFirstPatch(act) })
    await allDecided()
    expect(cluster.store.get('trafficsplits', 'shop', 'web')).toBeUndefined()
    expect(cluster.notes('web')).toEqual([])
  })

  it('the label is taken away: nothing is written any more', async () => {
    const act = () => cluster.split('web', { web: 1, east: 0, west: 0 }, { labels: {} })
    await cluster.readyOperator({ beforePatch: atFirstPatch(act) })
    await allDecided()
    expect(cluster.weights('web')).toEqual([1, 0, 0])
    expect(cluster.notes('web')).toEqual([])
  })

  it('somebody pauses it: nothing is written any more', async () => {
    const paused = { annotations: { 'failover.linkerd.io/paused': 'true' } }
    const act = () => cluster.split('web', { web: 1, east: 0, west: 0 }, paused)
    await cluster.readyOperator({ beforePatch: atFirstPatch(act) })
    await allDecided()
    expect(cluster.weights('web')).toEqual([1, 0, 0])
  })

  it('somebody edits the backends: the edit stays, and the failover comes on top of it', async () => {
    const edit = () =>
      cluster.split(
        'web',
        { west: 0, web: 50, east: 0 },
        { annotations: { 'failover.linkerd.io/primary-service': 'web' } },
      )
    await cluster.readyOperator({ beforePatch: atFirstPatch(edit) })
    await weightsBecome('web', 0, 0, 50)
  })

  it('the weights go and come back: what was decided before is not written after', async () => {
    await cluster.readyOperator({
      beforePatch: atFirstPatch(() => {
        cluster.split('web', { web: 0, east: 1, west: 0 })
        cluster.split('web', { web: 1, east: 0, west: 0 })
        cluster.slice('web', 1)
      }),
    })
    await allDecided()
    expect(cluster.weights('web')).toEqual([1, 0, 0])
    expect(cluster.notes('web')).toEqual([])
  })

  it('the route is deleted and made anew: the new one is looked at anew', async () => {
    await cluster.readyOperator({
      beforePatch: atFirstPatch(() => {
        cluster.store.delete('trafficsplits', 'shop', 'web')
        cluster.split('web', { web: 1, east: 0, west: 0 })
        cluster.slice('web', 1)
      }),
    })
    await allDecided()
    expect([cluster.weights('web'), cluster.notes('web')]).toEqual([[1, 0, 0], []])
  })

  it('somebody takes the weight from the backend that was to carry everything: never all zero', async () => {
    cluster.split('web', { web: 1, east: 1, west: 0 })
    const seen: unknown[][] = []
    const edit = atFirstPatch(() => cluster.split('web', { web: 1, east: 0, west: 0 }))
    const beforePatch = () => {
      edit()
      seen.push(cluster.weights('web'))
    }
    await cluster.readyOperator({ beforePatch })
    await weightsBecome('web', 0, 1, 0)
    expect([...seen, cluster.weights('web')]).not.toContainEqual([0, 0, 0])
  })
})

describe('when the API server refuses', () => {
  it('tries again until it agrees, and says nothing of a failover before', async () => {
    cluster.slice('web', 1)
    cluster.slice('east', 1)
    cluster.split('web', { web: 1, east: 0 })
    const operator = await cluster.readyOperator()
    cluster.faults.fail(403, { method: 'PATCH', resource: 'trafficsplits' })
    cluster.slice('web', 0)
    await eventually(() => cluster.notes('web').some((note) => note.includes('could not write the weights')))
    expect(cluster.notes('web').some((note) => note.includes('failing over'))).toBe(false)
    expect((await operator.metrics()).text).not.toContain('failover_transitions_total{')
    cluster.faults.clear()
    await weightsBecome('web', 0, 1)
    await eventually(() => cluster.notes('web').filter((note) => note.includes('failing over')).length === 1)
  })

  it('tells once of a write whose answer was lost, when the watch shows it', async () => {
    for (const service of ['web', 'east']) cluster.slice(service, 1)
    cluster.split('web', { web: 1, east: 0 })
    let lost = 0
    const operator = await cluster.readyOperator({ losesAnswer: () => lost++ === 0 })
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await eventually(() => cluster.notes('web').length > 0)
    cluster.slice('web', 1)
    await weightsBecome('web', 1, 0)
    await eventually(() => cluster.notes('web').length === 2)
    expect(cluster.log.lines.filter((line) => line.includes('fails over'))).toHaveLength(1)
    const { text } = await operator.metrics()
    expect(text).toContain('failover_transitions_total{kind="TrafficSplit",direction="failover"} 1')
    expect(text).toContain('failover_transitions_total{kind="TrafficSplit",direction="failback"} 1')
    expect(text).toContain('patches_total{kind="TrafficSplit",outcome="timeout"} 1')
  })

  it('tells of a write whose answer was lost also if it has tried another one since', async () => {
    for (const service of ['web', 'east']) cluster.slice(service, 1)
    cluster.slice('west', 0)
    cluster.split('web', { web: 1, east: 0, west: 0 })
    let lost = 0
    let arrival = Promise.resolve()
    const operator = await cluster.readyOperator({
      losesAnswer: () => lost++ === 0,
      hearsOfSplits: () => arrival,
    })
    const { promise, resolve: hear } = Promise.withResolvers<void>()
    arrival = promise
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1, 0)
    cluster.slice('west', 1)
    await eventually(() => operator.view.readiness({ service: 'shop/west', weight: 0 }).state === 'ready')
    // One may have been on its way; the next is for both.
    const before = cluster.patches
    await eventually(() => cluster.patches > before + 1)
    hear()
    await weightsBecome('web', 0, 1, 1)
    await eventually(() => cluster.notes('web').some((note) => note.includes('sharing traffic')))
    await eventually(() => cluster.notes('web').some((note) => note.includes('failing over')))
    const { text } = await operator.metrics()
    expect(text).toContain('failover_transitions_total{kind="TrafficSplit",direction="failover"} 1')
    expect(text).toContain('failover_transitions_total{kind="TrafficSplit",direction="redistribute"} 1')
  })

  it('tells nothing of a lost answer when it was somebody else who moved the weights', async () => {
    for (const service of ['web', 'east']) cluster.slice(service, 1)
    cluster.split('web', { web: 1, east: 0 })
    let lost = 0
    await cluster.readyOperator({
      beforePatch: () => {
        if (lost > 0) return
        // Two edits, of which the last is what the operator is about to write.
        cluster.split('web', { web: 5, east: 5 })
        cluster.split('web', { web: 0, east: 1 })
      },
      losesAnswer: () => lost++ === 0,
    })
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await allDecided()
    expect(cluster.notes('web')).toEqual([])
  })

  it('goes on after its watches were cut, and after its versions have expired', async () => {
    cluster.slice('web', 1)
    cluster.slice('east', 1)
    cluster.split('web', { web: 1, east: 0 })
    await cluster.readyOperator()
    cluster.faults.cutWatches()
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    cluster.faults.expire()
    cluster.slice('web', 1)
    await weightsBecome('web', 1, 0)
  })

  it('waits for a kind that is not served', async () => {
    const bare = await Cluster.start({ trafficSplits: false })
    try {
      const operator = await bare.readyOperator()
      expect(bare.log.lines.filter((line) => line.includes('does not serve trafficsplits'))).toHaveLength(1)
      expect((await operator.metrics()).text).toContain(
        'linkerd_failover_watch_state{watch="trafficsplits",state="absent"} 1',
      )
    } finally {
      await bare.stop()
    }
  })
})

it('works with a cluster that serves only v1alpha1', async () => {
  cluster.serveOnly('v1alpha1')
  cluster.slice('web', 0)
  cluster.slice('east', 1)
  cluster.split('web', { web: '100', east: '0' })
  await cluster.readyOperator()
  await weightsBecome('web', 0, 100)
})

it('makes only the routes of a changed service due', async () => {
  for (let number = 0; number < 50; number += 1) {
    cluster.slice(`web-${number}`, 1)
    cluster.split(`web-${number}`, { [`web-${number}`]: 1, east: 0 })
  }
  cluster.slice('east', 1)
  const operator = await cluster.readyOperator()
  await allDecided()
  // The server has the write of the marker before the operator has its answer and looks once more.
  await eventually(() => cluster.log.lines.some((line) => line.includes('shop/marker fails over')))
  const reconciles = async () =>
    Number(/^linkerd_failover_reconciles_total (\d+)$/m.exec((await operator.metrics()).text)?.[1])
  const before = await reconciles()
  cluster.slice('web-7', 0)
  await weightsBecome('web-7', 0, 1)
  // once for the readiness, once for the answer of the patch that the cache takes in
  await eventually(async () => (await reconciles()) === before + 2)
})

it('finishes the writes in flight before it leaves', async () => {
  cluster.slice('web', 0)
  cluster.slice('east', 1)
  cluster.split('web', { web: 1, east: 0 })
  cluster.faults.slow(50)
  let patching = false
  const beforePatch = () => {
    patching = true
  }
  const operator = await cluster.readyOperator({ beforePatch })
  await eventually(() => patching)
  await operator.stop()
  expect(cluster.weights('web')).toEqual([0, 1])
})

describe('what people can see', () => {
  it('is one transition by one id in timeline, log and Event', async () => {
    cluster.slice('web', 1)
    cluster.slice('east', 1)
    cluster.split('web', { web: 100, east: 0 })
    const { view } = await cluster.readyOperator()
    await eventually(() => view.get('TrafficSplit/shop/web')?.state === 'primary')
    cluster.slice('web', 0)
    await eventually(() => cluster.notes('web').length === 1)
    const [entry] = view.timeline.newestFirst()
    expect(entry).toMatchObject({
      what: 'failover',
      rule: 'SecondariesReady',
      sentence: 'fails over: shop/web has 0 of 1 endpoints ready; shop/east takes over',
      splits: [
        {
          backends: [
            { service: 'shop/web', from: 100, to: 0, readiness: { ready: 0, total: 1 } },
            { service: 'shop/east', from: 0, to: 100, readiness: { ready: 1, total: 1 } },
          ],
        },
      ],
      reactionMs: expect.any(Number),
    })
    const id = entry?.id
    expect(cluster.log.fields.filter((fields) => fields.id === id)).toMatchObject([
      {
        route: 'TrafficSplit shop/web',
        what: 'failover',
        rule: 'SecondariesReady',
        from: [[100, 0]],
        to: [[0, 100]],
        readiness: [['shop/web 0/1', 'shop/east 1/1']],
      },
    ])
    const [event] = cluster.store.list('events', 'shop')
    expect(event?.metadata.annotations).toEqual({
      'failover.linkerd.io/transition-id': id,
      'failover.linkerd.io/weights': '[{"backends":[["shop/web",100,0],["shop/east",0,100]]}]',
    })
  })

  it('is a route that goes dark, and that it is let go', async () => {
    cluster.slice('web', 1)
    cluster.split('web', { web: 1, east: 0 })
    const { view } = await cluster.readyOperator()
    const becomes = (state: string) => eventually(() => view.get('TrafficSplit/shop/web')?.state === state)
    await becomes('primary')
    cluster.slice('web', 0)
    await becomes('dark')
    cluster.slice('web', 1)
    await becomes('primary')
    // That there is no Service `east` is a finding, if the machine is slow.
    const happened = [...view.timeline.newestFirst()].filter(({ what }) => what !== 'finding')
    expect(happened.map(({ what, rule }) => [what, rule])).toEqual([
      ['release', 'PrimaryReady'],
      ['hold', 'NothingReady'],
    ])
    expect(cluster.log.lines).toContain(
      'warn TrafficSplit shop/web holds: shop/web has 0 of 1 endpoints ready, and no secondary is ready',
    )
    await eventually(() => cluster.notes('web').some((note) => note.includes('no ready backend')))
    expect(cluster.patches).toBe(0)
  })

  it('is how many endpoints are ready, also where that moves no weight', async () => {
    cluster.slice('web', 2)
    cluster.split('web', { web: 1, east: 0 })
    const { view } = await cluster.readyOperator()
    await eventually(() => view.get('TrafficSplit/shop/web') !== undefined)
    const { revision } = view
    cluster.slice('web', 1, 2)
    await eventually(() => view.revision > revision)
    expect(view.readiness({ service: 'shop/web', weight: 0 })).toEqual({ state: 'ready', ready: 1, total: 2 })
    expect([...(view.after(revision) ?? [])]).toMatchObject([{ kind: 'route' }])
  })

  it('is that the server refuses the weights, until it takes them', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.faults.fail(403, { method: 'PATCH', resource: 'trafficsplits' })
    cluster.split('web', { web: 1, east: 0 })
    const { view } = await cluster.readyOperator()
    const refusal = () => view.get('TrafficSplit/shop/web')?.refusal
    await eventually(() => (refusal()?.count ?? 0) > 1)
    expect([...view.timeline.newestFirst()]).toEqual([])
    cluster.faults.clear()
    await weightsBecome('web', 0, 1)
    await eventually(() => refusal() === undefined && view.timeline.size === 1)
  })

  it('is nothing of a route that is not ours any more', async () => {
    cluster.slice('web', 1)
    cluster.split('web', { web: 1, east: 0 })
    const { view } = await cluster.readyOperator()
    await eventually(() => view.get('TrafficSplit/shop/web') !== undefined)
    cluster.split('web', { web: 1, east: 0 }, { labels: {} })
    await eventually(() => view.get('TrafficSplit/shop/web') === undefined)
  })
})

test('a receiver that never answers holds up no weight, and hears only of what was done', async () => {
  const told: string[] = []
  const post = () => new Promise<never>(() => {})
  const onCall = receiver({ url: async () => 'https://hooks.example' })
  const tools = { clock: systemClock, random: Math.random, log: cluster.log, registry: new Registry() }
  const notifier = createNotifier({ ...tools, receivers: [onCall], post, instance: 'test' })
  const names = Array.from({ length: 200 }, (_, index) => `web-${index}`)
  for (const name of names) {
    cluster.slice(name, 1)
    cluster.split(name, { [name]: 1, east: 0 })
  }
  cluster.slice('east', 1)
  const onEntry = (entry: TimelineEntry) => {
    told.push(`${entry.what} ${entry.route.name}`)
    notifier.take(entry)
  }
  await cluster.readyOperator({ onEntry })
  await eventually(() => cluster.weights('web-199').join() === '1,0')
  cluster.faults.fail(403, { method: 'PATCH', resource: 'trafficsplits', times: 50 })
  for (const name of names) cluster.slice(name, 0)
  for (const name of names) await weightsBecome(name, 0, 1)
  await eventually(() => told.length === 200)
  expect(told.sort()).toEqual(names.map((name) => `failover ${name}`).sort())
  await notifier.stop(0)
})
