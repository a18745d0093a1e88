import { expect, test } from 'vitest'
import { mirrorOf, mirrorsOf } from '../far/mirror-objects.ts'
import { endpoints, isDown } from './count.ts'
import { Services } from './services.ts'

/** What a process can take the mirror of `web` for, whose Pods there are down. */
function mirrorOfDown(gatewayIsAlive: boolean, isForAll: boolean) {
  const mirror = mirrorsOf({ service: 'web', as: 'gateway', ready: 1, gatewayIsAlive })
  const key = `shop/${mirrorOf('web')}`
  const services = new Services()
  services.change('services', key, mirror.services.get(mirrorOf('web')), 1, 0)
  services.change('endpoints', key, mirror.endpoints.get(mirrorOf('web')), 1, 0)
  const now = [2, 2] as const
  return services.possible(key, {
    spans: { endpointslices: now, endpoints: now, services: now },
    at: 10_000,
    links: [true],
    gateway: ['fine'],
    far: () => [endpoints(0)],
    isForAll,
  })
}

test('what another cluster has against ready Endpoints is known to those alone that can read it', () => {
  expect(mirrorOfDown(true, false).every(isDown)).toBe(true)
  expect(mirrorOfDown(true, true)).toEqual(['unknown'])
  expect(mirrorOfDown(false, true).every(isDown)).toBe(true)
})
