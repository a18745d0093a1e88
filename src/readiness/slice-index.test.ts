import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStore } from '../kube/watch/store.ts'
import { readPorts } from './port.ts'
import type { Slice } from './slice.ts'
import { SliceIndex } from './slice-index.ts'

const ports = [[], [{ name: 'http', port: 80 }], [{ name: 'grpc', port: 81 }]].map(readPorts)

const anySlice: fc.Arbitrary<Slice> = fc
  .record({
    service: fc.constantFrom('shop/web', 'shop/api'),
    ports: fc.constantFrom(...ports),
    ready: fc.nat(2),
    notReady: fc.nat(1),
    family: fc.constantFrom('IPv4', 'IPv6', 'none'),
  })
  .map(({ ready, notReady, ...slice }) => ({
    ...slice,
    ready,
    total: ready + notReady,
    marks: undefined,
    changedAt: undefined,
  }))

/** A slice of that name is written, or deleted. */
const anyChange = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(anySlice, { nil: undefined }))

/** What an index must know of a Service, from all slices, by the plainest way. */
function known(slices: readonly Slice[], service: string) {
  const families = (['IPv4', 'IPv6'] as const).map((family) =>
    slices.filter((slice) => slice.service === service && slice.family === family),
  )
  const most = (of: (slice: Slice) => number) =>
    Math.max(...families.map((family) => family.reduce((sum, slice) => sum + of(slice), 0)))
  const reached = families.flat().flatMap((slice) => (slice.ready > 0 ? JSON.stringify(slice.ports) : []))
  const open = [...new Set(reached)].sort()
  return { ready: most(({ ready }) => ready), total: most(({ total }) => total), open: open.join() }
}

test('each change names exactly the Services that have other counts or other reachable ports than before', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 30 }), (changes) => {
      const slices = new Map<string, Slice>()
      const [index, services] = [new SliceIndex(), ['shop/web', 'shop/api']]
      const told: unknown[] = []
      const { writer } = createStore<Slice>((change) => told.push(...index.change(change)))
      for (const [place, [name, slice]] of changes.entries()) {
        const before = services.map((service) => known([...slices.values()], service))
        told.length = 0
        if (slice) {
          slices.set(name, slice)
          writer.apply(name, String(place + 1), slice)
        } else {
          slices.delete(name)
          writer.remove(name, String(place + 1))
        }
        const expected = services.flatMap((service, at) => {
          const [was, is] = [before[at], known([...slices.values()], service)]
          const turned = was?.open !== is.open
          return turned || was?.ready !== is.ready || was?.total !== is.total ? [{ service, turned }] : []
        })
        expect(new Set(told)).toEqual(new Set(expected))
      }
    }),
    { numRuns: 500 },
  )
})

test('a slice without ports, of a headless Service without ports, turns as all others do', () => {
  const index = new SliceIndex()
  const up: Slice = {
    service: 'shop/db',
    ports: [],
    ready: 1,
    total: 1,
    marks: undefined,
    family: 'IPv4',
    changedAt: undefined,
  }
  const down = { ...up, ready: 0 }
  expect(index.change({ key: 'a', after: up })).toEqual([{ service: 'shop/db', turned: true }])
  expect(index.change({ key: 'a', before: up, after: down })).toEqual([{ service: 'shop/db', turned: true }])
})
