import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../core/decide.ts'
import { applyPlan, makePlan } from '../core/plan.ts'
import { readinessFrom } from '../core/testing/builders.ts'
import type { ReadinessState, Split } from '../core/types.ts'
import { gatewayCodecs } from './gateway.ts'
import type { Route, RouteCodec } from './route.ts'
import { applyPatch } from './testing/apply-patch.ts'
import { type Ref, routeObject } from './testing/gateway-objects.ts'
import { weightPatch } from './weight-patch.ts'

type RouteObject = ReturnType<typeof routeObject>
type States = Readonly<Record<string, ReadinessState>>

const names = ['web', 'east', 'west']
const services = ['shop', 'far'].flatMap((namespace) => names.map((name) => `${namespace}/${name}`))

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** As JSON has it: what is undefined is not there. */
const written = <T>(value: T): T => JSON.parse(JSON.stringify(value))

const arbitraryWeight = fc.oneof(fc.constantFrom(0, 0, 1, 100, 1_000_000), fc.nat(1_000_000))
const arbitraryRef: fc.Arbitrary<Ref> = fc
  .record({
    group: optional(fc.constantFrom('', 'core')),
    kind: optional(fc.constant('Service')),
    name: fc.constantFrom(...names),
    namespace: optional(fc.constantFrom('shop', 'far')),
    port: fc.constantFrom(80, 81),
    weight: optional(arbitraryWeight),
    filters: optional(fc.constant([{ type: 'RequestHeaderModifier', set: [{ name: 'a', value: '<ü>' }] }])),
  })
  .map(written)
const arbitraryRefs = fc.array(arbitraryRef, { maxLength: 5 })
const arbitraryCodec = fc.constantFrom(...gatewayCodecs)
const arbitraryAnnotations = fc
  .record({
    'failover.linkerd.io/primary-service': optional(fc.constantFrom('web', 'far/web', 'web:81', 'nobody')),
  })
  .map(written)
const arbitraryObject = (codec: RouteCodec) =>
  fc
    .tuple(fc.array(arbitraryRefs, { maxLength: 4 }), arbitraryAnnotations)
    .map(([rules, annotations]) => routeObject(codec, rules, { annotations }))
const arbitraryStates: fc.Arbitrary<States> = fc
  .array(fc.constantFrom('ready', 'down', 'down', 'unknown'), { minLength: 6, maxLength: 6 })
  .map((states) => Object.fromEntries(services.map((service, index) => [service, states[index] ?? 'down'])))

const scene = arbitraryCodec.chain((codec) =>
  fc.record({ codec: fc.constant(codec), object: arbitraryObject(codec), states: arbitraryStates }),
)

const plansOf = (route: Route, states: States) =>
  route.splits.map((split) => makePlan(split, decide({ split, readiness: readinessFrom(states) })))
const patchFor = (codec: RouteCodec, object: RouteObject, states: States) => {
  const route = codec.read(object)
  return weightPatch(route, plansOf(route, states))
}
/** What the operator leaves behind after one look; nobody else writes. */
const lookAt = (codec: RouteCodec, object: RouteObject, states: States): RouteObject => {
  const after = applyPatch(object, patchFor(codec, object, states))
  if (!after) throw new Error('nobody has written, but the patch was refused')
  return after
}

const weights = ({ spec }: RouteObject): number[][] =>
  spec.rules.map(({ backendRefs }) => backendRefs.map(({ weight }) => Number(weight ?? 1)))
const withoutWeights = (object: RouteObject): unknown =>
  written({
    ...object,
    spec: {
      ...object.spec,
      rules: object.spec.rules.map((rule) => ({
        ...rule,
        backendRefs: rule.backendRefs.map((ref) => ({ ...ref, weight: undefined })),
      })),
    },
  })
const isDead = (rule: number[]) => rule.length > 1 && rule.every((weight) => weight === 0)
const always = (property: (given: { codec: RouteCodec; object: RouteObject; states: States }) => void) =>
  fc.assert(fc.property(scene, property), { numRuns: 400 })

describe('the patch of any route', () => {
  it('changes weights and nothing else', () =>
    always(({ codec, object, states }) => {
      expect(withoutWeights(lookAt(codec, object, states))).toEqual(withoutWeights(object))
    }))

  it('leaves alone what it need not change, absent weights too', () =>
    always(({ codec, object, states }) => {
      const after = lookAt(codec, object, states)
      for (const [index, rule] of object.spec.rules.entries()) {
        for (const [entry, ref] of rule.backendRefs.entries()) {
          const now = after.spec.rules[index]?.backendRefs[entry]
          if ((now?.weight ?? 1) === (ref.weight ?? 1)) expect(now).toEqual(ref)
        }
      }
    }))

  it('never leaves a rule that it wrote all zero', () =>
    always(({ codec, object, states }) => {
      const before = weights(object)
      for (const [index, rule] of weights(lookAt(codec, object, states)).entries()) {
        if (String(rule) !== String(before[index])) expect(isDead(rule)).toBe(false)
      }
    }))

  it('does what was planned: read, patched and read again', () =>
    always(({ codec, object, states }) => {
      const route = codec.read(object)
      const planned = plansOf(route, states).map((plan, index) => {
        const split = route.splits[index]
        return split && applyPlan(split, plan)
      })
      expect(codec.read(lookAt(codec, object, states)).splits).toEqual(planned)
    }))

  it('needs no second look', () =>
    always(({ codec, object, states }) => {
      expect(patchFor(codec, lookAt(codec, object, states), states)).toEqual([])
    }))
})

describe('over a long life', () => {
  const largest = ({ backends }: Split) => Math.max(1, ...backends.map(({ weight }) => weight ?? 1))
  const life = fc.record({ given: scene, ages: fc.array(arbitraryStates, { minLength: 1, maxLength: 12 }) })

  it('nothing drifts: the scale of each rule stays, and nothing rises above 1,000,000', () =>
    fc.assert(
      fc.property(life, ({ given: { codec, object }, ages }) => {
        const end = ages.reduce((now, states) => lookAt(codec, now, states), object)
        const scales = codec.read(object).splits.map(largest)
        for (const [index, split] of codec.read(end).splits.entries()) {
          expect(largest(split)).toBeLessThanOrEqual(1_000_000)
          expect(largest(split)).toBe(scales[index])
        }
      }),
      { numRuns: 300 },
    ))

  it('a rule that was declared with all weight on its primary stands so again when the primary is back', () => {
    const declared = fc.record({
      codec: arbitraryCodec,
      scale: fc.integer({ min: 1, max: 1_000_000 }),
      count: fc.integer({ min: 2, max: 6 }),
      ages: fc.array(arbitraryStates, { maxLength: 8 }),
    })
    fc.assert(
      fc.property(declared, ({ codec, scale, count, ages }) => {
        const refs = services.slice(0, count).map((service, index) => {
          const [namespace, name] = service.split('/')
          return { namespace, name, weight: index === 0 ? scale : 0, port: 80 }
        })
        const object = written(routeObject(codec, [refs, refs]))
        const healthy = Object.fromEntries(services.map((service) => [service, 'ready' as const]))
        const end = [...ages, healthy].reduce((now, states) => lookAt(codec, now, states), object)
        expect(end).toEqual(object)
      }),
      { numRuns: 200 },
    )
  })
})

describe('while somebody edits the same route', () => {
  type Edit = (rules: Ref[][]) => Ref[][]
  const arbitraryEdit: fc.Arbitrary<Edit> = fc
    .record({
      what: fc.constantFrom('insert', 'remove', 'reverse', 'weight', 'swap', 'rename', 'replace'),
      rule: fc.nat(3),
      entry: fc.nat(4),
      refs: arbitraryRefs,
      ref: arbitraryRef,
      weight: fc.constantFrom(0, 0, 1, 100),
    })
    .map(({ what, rule, entry, refs, ref, weight }): Edit => {
      const inRule = (change: (list: Ref[]) => Ref[]) => (rules: Ref[][]) =>
        rules.map((list, index) => (index === rule ? change(list) : list))
      const inEntry = (change: (old: Ref) => Ref) =>
        inRule((list) => list.map((old, index) => (index === entry ? change(old) : old)))
      const edits: Record<typeof what, Edit> = {
        insert: (rules) => rules.toSpliced(rule, 0, refs),
        remove: (rules) => rules.toSpliced(rule, 1),
        reverse: (rules) => rules.toReversed(),
        replace: inRule(() => refs),
        swap: inRule((list) => list.toReversed()),
        rename: inEntry((old) => ({ ...old, name: ref.name })),
        weight: inEntry((old) => ({ ...old, weight })),
      }
      return edits[what]
    })
  /** Few rules, few backends, weights 0 and 1: what is edited is most often what the operator writes. */
  const tight = arbitraryCodec.chain((codec) => {
    const refs = fc.array(
      fc.record({ name: fc.constantFrom(...names), port: fc.constant(80), weight: fc.constantFrom(0, 1) }),
      { minLength: 2, maxLength: 3 },
    )
    const object = fc.array(refs, { minLength: 1, maxLength: 2 }).map((rules) => routeObject(codec, rules))
    return fc.record({ codec: fc.constant(codec), object, states: arbitraryStates })
  })
  const race = fc.record({
    given: fc.oneof(scene, tight, tight),
    edits: fc.array(arbitraryEdit, { minLength: 1, maxLength: 2 }),
  })
  const edited = (object: RouteObject, edits: readonly Edit[]): RouteObject => {
    const rules = edits.reduce(
      (now, edit) => edit(now),
      object.spec.rules.map(({ backendRefs }) => [...backendRefs]),
    )
    return written({
      ...object,
      spec: { ...object.spec, rules: rules.map((backendRefs) => ({ backendRefs })) },
    })
  }

  /** All backendRefs by their place. */
  const entries = ({ spec }: RouteObject) =>
    new Map(
      spec.rules.flatMap(({ backendRefs }, rule) =>
        backendRefs.map((entry, index) => [`${rule}/${index}`, entry] as const),
      ),
    )

  it('the edit survives, only weights that were seen move, no rule dies, and the next look is right', () =>
    fc.assert(
      fc.property(race, ({ given: { codec, object, states }, edits }) => {
        const theirs = edited(object, edits)
        const after = applyPatch(theirs, patchFor(codec, object, states)) ?? theirs
        expect(withoutWeights(after)).toEqual(withoutWeights(theirs))
        const seen = entries(object)
        const now = entries(after)
        for (const [place, ref] of entries(theirs)) {
          if (now.get(place)?.weight !== ref.weight) expect(ref).toEqual(seen.get(place))
        }
        const before = weights(theirs)
        expect(weights(after).filter((rule, index) => isDead(rule) && !isDead(before[index] ?? []))).toEqual(
          [],
        )
        const next = lookAt(codec, after, states)
        expect(patchFor(codec, next, states)).toEqual([])
      }),
      { numRuns: 2000 },
    ))
})
