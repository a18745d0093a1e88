import { expect, it } from 'vitest'
import { age, columnsOf, printerColumn } from './columns.ts'
import type { KubeObject } from './object.ts'

it.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [125, '2m5s'],
  [11 * 60, '11m'],
  [3 * 3600 + 60, '3h1m'],
  [47 * 3600, '47h'],
  [49 * 3600, '2d'],
])('prints %i seconds as %s', (seconds, text) => {
  expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + seconds * 1000)).toBe(text)
})

const cells = (object: KubeObject) => columnsOf(object.kind).map((column) => column.cell(object, 0))

it('shows the backends of a TrafficSplit with their weights', () => {
  const split = {
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { name: 'a' },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: 1 },
        { service: 'east', weight: '0m' },
      ],
    },
  }
  expect(cells(split).slice(0, 3)).toEqual(['a', 'web', 'web=1,east=0m'])
})

it('shows something for objects that say nothing', () => {
  for (const kind of ['Service', 'Endpoints', 'EndpointSlice', 'Pod', 'Deployment', 'Event', 'Lease']) {
    const shown = cells({ apiVersion: 'v1', kind, metadata: { name: 'a' } })
    expect(shown.every((cell) => cell !== undefined)).toBe(true)
  }
})

it.each([
  ['.spec.reason', 'an upgrade'],
  ['.spec.from[*].cluster', 'east'],
  ['.status.conditions[?(@.type=="Active")].reason', 'Drained'],
  ['.status.conditions[?(@.type=="Ready")].reason', ''],
  ['.status.routes[*].name', ''],
])('shows in a column of a CRD what %s finds first: %j', (jsonPath, shown) => {
  const drain = {
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'Drain',
    metadata: { name: 'a' },
    spec: { reason: 'an upgrade', from: [{ cluster: 'east' }, { cluster: 'west' }] },
    status: {
      conditions: [
        { type: 'Accepted', reason: 'Accepted' },
        { type: 'Active', reason: 'Drained' },
      ],
    },
  }
  expect(printerColumn({ name: 'a', type: 'string', jsonPath }).cell(drain, 0)).toBe(shown)
})
