import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeSections, type PolicySections } from './sections.ts'

const from = fc.oneof(
  fc.record({ annotation: fc.constantFrom('a', 'b') }),
  fc.record({ policy: fc.constantFrom('shop/a', 'shop/b'), level: fc.constantFrom('route', 'mesh') }),
)
const sourced = <T>(value: fc.Arbitrary<T>) => fc.record({ value, from })
const sections: fc.Arbitrary<PolicySections> = fc.record(
  {
    tiers: sourced(fc.record({ tiers: fc.array(fc.constant('rest' as const), { maxLength: 2 }) })),
    minReady: sourced(fc.record({ count: fc.nat() })),
    failback: sourced(fc.record({ afterMs: fc.nat() })),
  },
  { requiredKeys: [] },
)

it('is the same in whichever order levels are merged', () =>
  fc.assert(
    fc.property(sections, sections, sections, (route, namespace, mesh) => {
      const [fromBelow, fromAbove] = [
        mergeSections(route, mergeSections(namespace, mesh)),
        mergeSections(mergeSections(route, namespace), mesh),
      ]
      expect(fromBelow).toEqual(fromAbove)
    }),
  ))

it('leaves a level as it is if no other has any of its sections', () =>
  fc.assert(
    fc.property(sections, (own) => {
      expect(mergeSections(own, {})).toEqual(own)
      expect(mergeSections({}, own)).toEqual(own)
    }),
  ))

it('takes each section whole from the first level that has it', () =>
  fc.assert(
    fc.property(sections, sections, (route, mesh) => {
      const merged = mergeSections(route, mesh)
      expect(merged.tiers).toBe(route.tiers ?? mesh.tiers)
      expect(merged.minReady).toBe(route.minReady ?? mesh.minReady)
      expect(merged.failback).toBe(route.failback ?? mesh.failback)
    }),
  ))
