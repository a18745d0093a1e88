import { describe, expect, it, test } from 'vitest'
import { readDrain } from './drain.ts'
import { drainObject } from './testing/drain-objects.ts'

it('reads what a Drain asks for', () => {
  const object = drainObject('ops/east', {
    from: [
      { cluster: 'east' },
      { service: { name: 'web' } },
      { service: { name: 'web', namespace: 'shop' } },
    ],
    until: '2026-12-01T06:00:00Z',
    reason: 'node image',
    lastResort: 'Never',
  })
  expect(readDrain(object)).toMatchObject({
    namespace: 'ops',
    name: 'east',
    problem: undefined,
    spec: {
      from: [{ cluster: 'east' }, { service: 'ops/web' }, { service: 'shop/web' }],
      until: Date.parse('2026-12-01T06:00:00Z'),
      reason: 'node image',
      lastResort: 'Never',
    },
  })
})

it('lets what is drained serve as the last resort unless told otherwise', () => {
  expect(readDrain(drainObject('ops/east', {})).spec?.lastResort).toBe('Allow')
})

describe('one that makes no sense', () => {
  test.each([
    ['no from', { from: undefined }, 'spec.from'],
    ['an empty from', { from: [] }, 'spec.from'],
    ['too many', { from: Array.from({ length: 17 }, () => ({ cluster: 'east' })) }, 'spec.from'],
    ['neither cluster nor service', { from: [{}] }, 'spec.from[0]: must name either'],
    ['both', { from: [{ cluster: 'east', service: { name: 'web' } }] }, 'spec.from[0]: must name either'],
    [
      'a cluster that has no name',
      { from: [{ cluster: 'East one' }] },
      'spec.from[0].cluster: must be Local',
    ],
    ['a Service without a name', { from: [{ service: {} }] }, 'spec.from[0].service.name'],
    ['a field that nothing reads', { from: [{ clusters: ['east'] }] }, 'spec.from[0]'],
    ['no end', { until: undefined }, 'spec.until'],
    ['an end that is not a time', { until: 'tomorrow' }, 'spec.until: must be a time'],
    ['no reason', { reason: '' }, 'spec.reason'],
    ['another last resort', { lastResort: 'Maybe' }, 'spec.lastResort'],
  ])('%s', (_, spec, problem) => {
    const read = readDrain(drainObject('ops/east', spec))
    expect(read.spec).toBeUndefined()
    expect(read.problem).toContain(problem)
  })

  test.each([null, 1, 'x', [], {}, { spec: null }, { metadata: 1, spec: 2 }])('%j', (object) => {
    expect(readDrain(object)).toMatchObject({ spec: undefined, problem: expect.stringContaining('spec') })
  })
})
