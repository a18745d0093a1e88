import { expect, test } from 'vitest'
import { excerptOf } from './excerpt.ts'
import { trafficSplit } from './trafficsplit.ts'

const object = {
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: { namespace: 'shop', name: 'web', labels: { team: 'a' } },
  spec: { service: 'web', backends: [{ service: 'web', weight: '500m' }, { service: 'east' }] },
}

test('an excerpt is identity and weights, as they are written', () => {
  expect(excerptOf(trafficSplit.read(object))).toEqual({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { backends: [{ service: 'web', weight: '500m' }, { service: 'east' }] },
  })
})

test('lists inside an object keep their places', () => {
  const places = [
    { path: '/spec/rules/1/backendRefs', entries: [{ name: 'a' }] },
    { path: '/spec/rules/2/backendRefs', entries: [{ name: 'b' }] },
  ]
  expect(excerptOf({ ...trafficSplit.read(object), places })).toMatchObject({
    spec: { rules: [{}, { backendRefs: [{ name: 'a' }] }, { backendRefs: [{ name: 'b' }] }] },
  })
})

test('an object that makes no sense has an excerpt too', () =>
  expect(excerptOf(trafficSplit.read({ spec: 7 }))).toMatchObject({ kind: 'TrafficSplit' }))
