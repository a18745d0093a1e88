import { describe, expect, it, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { graceMs } from '../grace.ts'
import { projectSlice } from '../slice.ts'
import { createMemory } from '../testing/memory.ts'
import { endpoints, mirrored, slice } from '../testing/objects.ts'
import type { OtherClusters } from './discovered.ts'

const fqName = 'mirror.linkerd.io/remote-svc-fq-name'
const clusterName = 'mirror.linkerd.io/cluster-name'

/** A mirror of `shop/web` in `east` that is ready by its Endpoints; `there`: what is known of it. */
function world(there: OtherClusters['slicesOf'], isPending = false) {
  const clock = createManualClock()
  const memory = createMemory(undefined, { others: { slicesOf: there, isPending: () => isPending }, clock })
  const annotations = { [fqName]: 'web.shop.svc.cluster.local' }
  const ports = [{ name: 'http', port: 80 }]
  memory.put('services', mirrored('web-east', { [clusterName]: 'east' }, { annotations, ports }))
  memory.put('endpoints', endpoints('web-east', 1, 1, [{ name: 'http', port: 4143 }]))
  return { clock, ...memory }
}

const slicesOf = (ready: number, total: number, port = 'http'): OtherClusters['slicesOf'] => {
  const one = projectSlice(slice('web-1', ready, total, { ports: [{ name: port, port: 8080 }] }))
  return (cluster, service) => (cluster === 'east' && service === 'shop/web' ? ok([[one]]) : err('another'))
}
const unread: OtherClusters['slicesOf'] = () => err('the Secret linkerd/cluster-credentials-east is missing')

describe('a mirrored Service whose Endpoints are ready', () => {
  it('is down if its Pods are known not to be ready', () => {
    expect(world(slicesOf(0, 2)).of('shop/web-east')).toEqual({
      state: 'down',
      ready: 0,
      total: 2,
      why: 'shop/web has 0 of 2 endpoints ready in cluster east',
      despiteEndpoints: true,
    })
  })

  it('is down if no Pod has its port', () => {
    expect(world(slicesOf(2, 2, 'admin')).of('shop/web-east', { port: 80 })).toMatchObject({
      state: 'down',
      why: 'no endpoint of shop/web has port http in cluster east',
    })
  })

  it('is ready as its Endpoints say if Pods are, or if the cluster cannot be read', () => {
    for (const there of [slicesOf(1, 2), unread])
      expect(world(there).of('shop/web-east')).toMatchObject({ state: 'ready', ready: 1, total: 1 })
  })

  it('waits 2 s for the first list of its Pods, and no longer', async () => {
    const { of, clock } = world(unread, true)
    expect(of('shop/web-east')).toMatchObject({ state: 'unknown' })
    await clock.advance(graceMs)
    expect(of('shop/web-east').state).toBe('ready')
  })
})

test('a mirrored Service whose Endpoints are not ready is down, whatever its Pods are', () => {
  const { put, of } = world(slicesOf(2, 2))
  put('endpoints', endpoints('web-east', 0, 1, [{ name: 'http', port: 4143 }]))
  expect(of('shop/web-east').state).toBe('down')
})
