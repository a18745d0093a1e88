import { expect, it } from 'vitest'
import { readinessOf } from '../core/types.ts'
import { gatewayCodecs } from './gateway.ts'
import { judgeRoute } from './judge.ts'
import { ref, routeObject } from './testing/gateway-objects.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

it('knows nothing of the readiness of a backend that is no Service, whatever the Service of its name is', () => {
  const bucket = ref('east', 0, { group: 'example.com', kind: 'Bucket' })
  const route = http.read(routeObject(http, [[ref('web', 1), bucket]]))
  const [verdict] = judgeRoute(route, () => readinessOf(1, 1)).verdicts
  expect(verdict?.readiness.map(({ state }) => state)).toEqual(['ready', 'unknown'])
  expect(verdict?.decision.rule).toBe('Misconfigured')
})
