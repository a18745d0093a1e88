import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dig } from '../../sandbox/json.ts'
import { Cluster, eventually } from './cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
  for (const service of ['web', 'east']) cluster.slice(service, 1)
})
afterEach(() => cluster.stop())

const domain = 'shop.svc.cluster.local'
const nameOf = (service: string) => `${service}.${domain}`
const profile = (service = 'web') => cluster.store.get('serviceprofiles', 'shop', nameOf(service))

/** The overrides of a ServiceProfile as `web=1 east=0`; `none` if there is no ServiceProfile. */
function overrides(service = 'web'): string {
  const object = profile(service)
  if (!object) return 'none'
  const entries = dig(object, 'spec', 'dstOverrides')
  return (Array.isArray(entries) ? entries : [])
    .map((entry) => `${String(dig(entry, 'authority')).split('.')[0]}=${dig(entry, 'weight')}`)
    .join(' ')
}

const become = async (text: string, service?: string) => {
  await eventually(() => overrides(service) === text)
}

/** Writes a ServiceProfile as another client does. */
function put(weights: Record<string, string> | undefined, metadata: object = {}, spec: object = {}): void {
  const dstOverrides =
    weights && Object.entries(weights).map(([name, weight]) => ({ authority: nameOf(name), weight }))
  cluster.put(
    JSON.parse(
      JSON.stringify({
        apiVersion: 'linkerd.io/v1alpha2',
        kind: 'ServiceProfile',
        metadata: { namespace: 'shop', name: nameOf('web'), ...metadata },
        spec: { dstOverrides, ...spec },
      }),
    ),
  )
}

const start = (replica: object = {}) => cluster.readyOperator({ writesProfiles: true, ...replica })
const writes = () => cluster.asked.filter((line) => /^(POST|PATCH|PUT) .*serviceprofiles/.test(line)).length

it('without the option none is read or written', async () => {
  cluster.split('web', { web: 1, east: 0 })
  await cluster.readyOperator()
  cluster.slice('web', 0)
  await eventually(() => cluster.weights('web').join() === '0,1')
  expect(cluster.asked.filter((line) => line.includes('serviceprofiles'))).toEqual([])
})

describe('a ServiceProfile', () => {
  it('is created for a controlled TrafficSplit, and then follows its weights, there and back', async () => {
    cluster.split('web', { web: 100, east: 0 })
    cluster.split('foreign', { web: 1 }, { labels: {} })
    const operator = await start()
    await become('web=100 east=0')
    cluster.slice('web', 0)
    await become('web=0 east=100')
    expect(cluster.weights('web')).toEqual([0, 100])
    cluster.slice('web', 1)
    await become('web=100 east=0')
    expect([writes(), overrides('foreign')]).toEqual([3, 'none'])
    const answered = 'linkerd_failover_service_profile_writes_total{outcome="written"} 2'
    await eventually(async () => (await operator.metrics()).text.includes(answered))
    const { text } = await operator.metrics()
    for (const line of [
      'linkerd_failover_service_profile_writes_total{outcome="created"} 1',
      'linkerd_failover_service_profile_delay_seconds_count 3',
      'linkerd_failover_watch_synced{watch="serviceprofiles"} 1',
    ])
      expect(text).toContain(line)
    expect(cluster.log.lines.join('\n')).toContain(
      `ServiceProfile shop/${nameOf('web')} has the weights of TrafficSplit shop/web`,
    )
  })

  it('keeps its routes, and gets the list that it lacks', async () => {
    put(undefined, { labels: { team: 'shop' } }, { routes: [{ name: 'a' }], retryBudget: { ttl: '10s' } })
    cluster.split('web', { web: 1, east: 0 })
    await start()
    await become('web=1 east=0')
    expect(profile()).toMatchObject({
      metadata: { labels: { team: 'shop' } },
      spec: { routes: [{ name: 'a' }], retryBudget: { ttl: '10s' } },
    })
  })

  it('follows an edit by hand of the TrafficSplit, and one of itself is undone', async () => {
    cluster.split('web', { web: 1, east: 0 }, { annotations: { 'failover.linkerd.io/paused': 'true' } })
    await start()
    await become('web=1 east=0')
    cluster.split('web', { web: 1, east: 2 }, { annotations: { 'failover.linkerd.io/paused': 'true' } })
    await become('web=1 east=2')
    put({ web: '5', east: '5' })
    await become('web=1 east=2')
  })

  it('that is right already is not written', async () => {
    put({ web: '1', east: '0' })
    cluster.split('web', { web: 1, east: 0 })
    cluster.split('mark', { web: 1 })
    await start()
    await become('web=1', 'mark')
    expect(writes()).toBe(1)
  })

  it('that a client deletes is created again', async () => {
    cluster.split('web', { web: 1, east: 0 })
    await start()
    await become('web=1 east=0')
    cluster.store.delete('serviceprofiles', 'shop', nameOf('web'))
    await become('web=1 east=0')
  })

  it('of two TrafficSplits with one apex follows the one whose name comes first', async () => {
    for (const [name, weight] of [
      ['b', 2],
      ['a', 1],
    ] as const)
      cluster.rawSplit(name, { service: 'web', backends: [{ service: 'web', weight }] })
    await start()
    await become('web=1')
    cluster.store.delete('trafficsplits', 'shop', 'a')
    await become('web=2')
  })

  it('that is left to somebody else is not written, and that is reported', async () => {
    put({ web: '1', east: '0' }, { annotations: { 'smi.linkerd.io/skip': 'yes' } })
    cluster.split('web', { web: 1, east: 0 })
    await start()
    cluster.slice('web', 0)
    await eventually(() => cluster.weights('web').join() === '0,1')
    await eventually(() => cluster.notes('web').some((note) => note.includes('smi.linkerd.io/skip')))
    expect([writes(), overrides()]).toEqual([0, 'web=1 east=0'])
  })
})

describe('a TrafficSplit that is controlled no more leaves its weights, and that is reported once', () => {
  it.each([
    ['deleted', () => cluster.store.delete('trafficsplits', 'shop', 'web')],
    ['without its label', () => cluster.split('web', { web: 0, east: 1 }, { labels: {} })],
  ])('%s', async (_, end) => {
    put({ web: '1', east: '0' })
    cluster.split('web', { web: 1, east: 0 })
    const operator = await start()
    cluster.slice('web', 0)
    await become('web=0 east=1')
    await eventually(() => cluster.weights('web').join() === '0,1')
    end()
    await eventually(() => cluster.notes(nameOf('web')).length > 0)
    expect(cluster.notes(nameOf('web'))).toEqual([
      expect.stringContaining('no controlled TrafficSplit has the Service shop/web as its spec.service'),
    ])
    expect(overrides()).toBe('web=0 east=1')
    const orphans = async () => (await operator.metrics()).text
    expect(await orphans()).toContain('linkerd_failover_service_profiles_orphaned 1')

    put(undefined)
    await eventually(async () => (await orphans()).includes('linkerd_failover_service_profiles_orphaned 0'))
  })
})

describe('a write', () => {
  it('whose answer was lost is known by what the watch shows', async () => {
    put({ web: '1', east: '0' })
    cluster.split('web', { web: 1, east: 0 })
    let lost = 0
    await start({ losesAnswer: () => lost++ === 1 })
    cluster.slice('web', 0)
    await become('web=0 east=1')
    cluster.slice('web', 1)
    await become('web=1 east=0')
    expect(cluster.log.lines.filter((line) => line.includes('the answer was lost'))).toHaveLength(1)
  })

  it('that is refused is tried again, and reported as an Event', async () => {
    await start()
    cluster.faults.fail(403, { resource: 'serviceprofiles' })
    cluster.split('web', { web: 1, east: 0 })
    await eventually(() => cluster.notes('web').some((note) => note.includes('could not write the Service')))
    cluster.faults.clear()
    await become('web=1 east=0')
  })

  it('that another client undoes at once, again and again, waits longer each time', async () => {
    cluster.split('web', { web: 1, east: 0 })
    await start()
    await become('web=1 east=0')
    for (let undone = 0; undone < 4; undone += 1) {
      put({ web: '0', east: '1' })
      if (undone < 3) await become('web=1 east=0')
    }
    await eventually(() => cluster.notes('web').some((note) => note.includes('keeps undoing')))
    expect(overrides()).toBe('web=0 east=1')
  })
})

it('a cluster without ServiceProfiles is asked for none, and each TrafficSplit says so', async () => {
  cluster.store.delete('customresourcedefinitions', '', 'serviceprofiles.linkerd.io')
  cluster.split('web', { web: 1, east: 0 })
  await start()
  await eventually(() => cluster.notes('web').some((note) => note.includes('does not serve ServiceProfiles')))
  expect(writes()).toBe(0)
  const warnings = cluster.log.lines.filter((line) => line.includes('so none is written'))
  expect(warnings).toHaveLength(1)
})

it('the next leader makes right what the one before it left', async () => {
  cluster.split('web', { web: 1, east: 0 })
  const first = await start({ identity: 'a' })
  await become('web=1 east=0')
  await start({ identity: 'b' })
  await first.stop()
  put({ web: '0', east: '1' })
  await become('web=1 east=0')
  expect(cluster.leader).toBe('b')
})

it('a standby copies the move that it makes for a leader that is gone', async () => {
  put({ web: '1', east: '0' })
  cluster.split('web', { web: 1, east: 0 })
  let isGone = false
  await start({ identity: 'a', hedgeAfterMs: 500, isCutOff: () => isGone })
  await eventually(() => cluster.leader === 'a')
  await start({ identity: 'b', hedgeAfterMs: 500 })
  isGone = true
  cluster.slice('web', 0)
  await become('web=0 east=1')
  expect([cluster.leader, cluster.weights('web')]).toEqual(['a', [0, 1]])
})

it('a standby copies nothing else: what is wrong is left to the leader', async () => {
  put({ web: '0', east: '1' })
  cluster.split('web', { web: 1, east: 0 })
  await cluster.readyOperator({ identity: 'a', hedgeAfterMs: 500 })
  await eventually(() => cluster.leader === 'a')
  const standby = await start({ identity: 'b', hedgeAfterMs: 500 })
  cluster.slice('mark', 0)
  cluster.split('mark', { mark: 1, east: 0 })
  await eventually(() => cluster.weights('mark').join() === '0,1')
  await eventually(() => standby.view.get('TrafficSplit/shop/mark')?.state === 'failover')
  expect([writes(), overrides()]).toEqual([0, 'web=0 east=1'])
})
