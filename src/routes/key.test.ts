import { expect, test } from 'vitest'
import { kindOf, objectKeyOf, partsOf, routeKey } from './key.ts'

test('a route key gives back what it was made of', () => {
  const parts = { kind: 'HTTPRoute.policy.linkerd.io', namespace: 'shop', name: 'web' }
  const key = routeKey(parts)
  expect(partsOf(key)).toEqual(parts)
  expect([kindOf(key), objectKeyOf(key)]).toEqual(['HTTPRoute.policy.linkerd.io', 'shop/web'])
})
