import { describe, expect, it, test } from 'vitest'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { graceMs } from './grace.ts'
import { projectEndpoints } from './mirrored-endpoints.ts'
import { createMemory } from './testing/memory.ts'
import { endpoints, mirrored, service } from './testing/objects.ts'
import { putAll, recorded } from './testing/recorded.ts'

test('a headless mirror is judged again when the Endpoints of a host change', () => {
  const memory = createMemory()
  const { put, of } = memory
  putAll(memory, recorded('headless-healthy').source)
  const host = endpoints('db-0-target', 0, 1, [{ name: 'http', port: 4143 }])
  const labels = { ...host.metadata.labels, 'mirror.linkerd.io/headless-mirror-svc-name': 'db-target' }
  const heard = put('endpoints', { ...host, metadata: { ...host.metadata, labels } })
  expect(heard).toContainEqual({ service: 'shop/db-target', turned: true })
  expect(of('shop/db-target')).toEqual({ state: 'ready', ready: 1, total: 2 })
})

test('the hosts of a headless mirror are found by its Endpoints, whatever the labels of its Service', () => {
  const memory = createMemory()
  const { put, of } = memory
  putAll(memory, recorded('headless-healthy').source)
  put('services', service('db-target', { ports: [{ name: 'http', port: 80 }] }))
  expect(of('shop/db-target')).toEqual({ state: 'ready', ready: 2, total: 2 })
})

describe('a mirrored Service without Endpoints', () => {
  function waiting() {
    const clock = createManualClock()
    const memory = createMemory(undefined, { clock })
    memory.put('services', mirrored('web'))
    return { clock, ...memory }
  }

  it('is unknown for 2 s, then down', async () => {
    const { clock, of } = waiting()
    expect(of('shop/web')).toEqual({
      state: 'unknown',
      why: 'the Endpoints shop/web in this cluster are missing: the service mirror has not written them yet',
    })
    await clock.advance(graceMs - 1)
    expect(of('shop/web').state).toBe('unknown')
    await clock.advance(1)
    expect(of('shop/web').state).toBe('down')
  })

  it('is unknown again when they have come and gone, or the Service has', async () => {
    const { clock, put, drop, of } = waiting()
    const settle = async () => {
      of('shop/web')
      await clock.advance(graceMs)
      expect(of('shop/web').state).toBe('down')
    }
    await settle()
    put('endpoints', endpoints('web', 1, 1))
    expect(of('shop/web').state).toBe('ready')
    drop('endpoints', 'shop/web')
    expect(of('shop/web').state).toBe('unknown')
    await settle()
    drop('services', 'shop/web')
    expect(of('shop/web')).toMatchObject({ state: 'down', why: 'there is no Service shop/web' })
    put('services', mirrored('web'))
    expect(of('shop/web').state).toBe('unknown')
  })

  it('is down at once if there are Endpoints without addresses', () => {
    const { put, of } = waiting()
    put('endpoints', endpoints('web', 0, 0))
    expect(of('shop/web').state).toBe('down')
  })

  it('never moves traffic when it changes its mode: Endpoints deleted, then labels written', async () => {
    const { clock, put, drop, of } = waiting()
    put('endpoints', endpoints('web', 1, 1))
    const states = [of('shop/web').state]
    drop('endpoints', 'shop/web')
    states.push(of('shop/web').state)
    await clock.advance(17)
    put('services', mirrored('web', { 'multicluster.linkerd.io/remote-discovery': 'east' }))
    states.push(of('shop/web').state)
    await clock.advance(60_000)
    expect([...states, of('shop/web').state]).toEqual(['ready', 'unknown', 'unknown', 'unknown'])
  })

  it('is not waited for if it is no mirror', () => {
    const { put, of } = waiting()
    put('services', service('api'))
    expect(of('shop/api').state).toBe('down')
  })

  it('is not waited for by those who ask once', () => {
    const { put, of } = createMemory()
    put('services', mirrored('web'))
    expect(of('shop/web').state).toBe('down')
  })
})

test.each([[undefined], [null], [7], [{}], [{ subsets: 7 }]])(
  'Endpoints that are %j have no addresses',
  (object) => expect(projectEndpoints(object)).toEqual({ subsets: [], hostOf: undefined, cluster: '' }),
)
