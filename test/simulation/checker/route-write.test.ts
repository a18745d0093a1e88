import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../sandbox/server.ts'
import { Process } from '../engine/process.ts'
import { Scheduler } from '../engine/scheduler.ts'
import type { Sent } from '../network/sent.ts'
import { Timeline } from '../network/timeline.ts'
import { endpointsOf, serviceOf, sliceOf } from '../story/objects.ts'
import { knownWrites } from './explain.ts'
import { Facts } from './facts.ts'
import { hedged, waysAcross } from './hedge.ts'
import { History } from './history.ts'
import { type Route, readRoute } from './read-route.ts'
import { judge, movesOf, routeWrite } from './route-write.ts'
import { View } from './view.ts'

/**
 * A restore of etcd undoes an edit, and another edit then gets the same generation. The patch tests what its writer
 * saw of the rules that it moves, and not the others.
 */

const key = 'httproutes/shop/web'
const [listed, undone, present] = [10, 20, 30]

/** The weights of web and east in the first rule, and of api (or another primary) and east in the second one. */
type Weights = readonly [first: readonly [number, number], second: readonly [number, number]]

function route(
  [first, second]: Weights,
  { generation = 2, annotations = {}, primary = 'api' } = {},
): KubeObject {
  const refs = (names: readonly string[], weights: readonly number[]) => ({
    backendRefs: names.map((name, place) => ({ name, port: 80, weight: weights[place] ?? 0 })),
  })
  const labels = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
  const metadata = { namespace: 'shop', name: 'web', uid: 'u', generation, labels }
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { ...metadata, annotations },
    spec: { rules: [refs(['web', 'east'], first), refs([primary, 'east'], second)] },
  }
}

/**
 * The failover of the first rule; `seen`: the moment up to which its writer knows the route, `form`: in which it meets
 * it.
 */
function failover(former: KubeObject, seen = undone, form = {}) {
  const facts = new Facts()
  for (const [name, ready] of [
    ['web', 0],
    ['api', 1],
    ['east', 1],
  ] as const) {
    facts.change('services', `shop/${name}`, serviceOf(name, {}), 1, 0)
    const slice = sliceOf(name, '1', endpointsOf(ready, true), {})
    facts.change('endpointslices', `shop/${name}-1`, slice, 1, 0)
  }
  facts.change('httproutes', 'shop/web', former, undone, 0)
  facts.change('httproutes', 'shop/web', route([[1, 0], strange], form), present, 0)
  const mark = (moment: number) => new Timeline(0).markOf(moment)
  const sent: Sent = {
    process: new Process('a', 1, 0, new Scheduler()),
    request: { method: 'PATCH', path: '' },
    resource: 'httproutes',
    at: 5_000,
    moment: present,
    timeline: new Timeline(0),
    view: new View([
      ['services', mark(listed)],
      ['endpoints', mark(listed)],
      ['endpointslices', mark(listed)],
      ['httproutes', mark(seen)],
    ]),
    far: { knowledge: [], moment: 0, gateway: ['fine'] },
  }
  const after = readRoute(route([[0, 1], strange], { ...form, generation: 3 }))
  return { write: routeWrite(key, sent, after, facts), facts }
}

/** What is wrong with it. */
const objectionTo = (...told: Parameters<typeof failover>) => judge(failover(...told).write)?.what

/** Weights of the second rule that must not stay, since api is ready, and those that may. */
const strange = [0, 1] as const
const settled = [1, 0] as const
/** With it the second rule has no primary, and is left alone. */
const onlyWeb = { 'failover.linkerd.io/primary-service': 'web' }

test.each([
  ['as it was', {}],
  ['with an annotation that the operator does not heed', { 'shop/owner': 'a' }],
])(
  'one rule moves, by a form of the route that was undone, in which the other had to stay: %s',
  (_, annotations) => expect(objectionTo(route([[1, 0], settled], { annotations }))).toBeUndefined(),
)

describe('tiers name a backend of another rule, which an edit after the restore exchanged', () => {
  const annotations = { 'failover.linkerd.io/tiers': 'web, east; api' }
  const known = route([[1, 0], strange], { annotations })
  const met = { annotations, primary: 'db' }

  test('one rule moves by the tiers that its writer knew', () => {
    expect(objectionTo(known, undone, met)).toBeUndefined()
    const { write } = failover(known, undone, met)
    expect([...movesOf(write).moves]).toEqual([['redistribute', 1]])
  })

  test('a standby may have read that form', () => {
    const { write, facts } = failover(known, undone, met)
    expect(judge(hedged(write, facts, undone, 0))).toBeUndefined()
    expect(judge(hedged(write, facts, present, 0))?.what).toMatch('for no reason')
  })

  test('not if that form is known to be over', () =>
    expect(objectionTo(known, present, met)).toMatch('for no reason'))
})

test('a form with another annotation that the operator does not heed is the same', () => {
  const known = route([[1, 0], strange], { annotations: { 'shop/owner': 'a' } })
  const present = readRoute(route([[1, 0], strange]))
  const history = new History<Route | undefined>(readRoute(known))
  expect(knownWrites(present, present, history, 0, 0)).toHaveLength(1)
})

test.each([
  ['the undone form is known to be over', route([[1, 0], settled]), present],
  [
    'the other rule had to move in the undone form, too',
    route([
      [1, 0],
      [1, 1],
    ]),
    undone,
  ],
  ['the rule that moves was another in the undone form', route([[2, 0], settled]), undone],
  ['the undone form has another generation', route([[1, 0], settled], { generation: 1 }), undone],
  ['the undone form has other annotations', route([[1, 0], settled], { annotations: onlyWeb }), undone],
  ['the spec is the same, so that nothing was undone', route([[1, 0], strange]), undone],
])('not if %s', (_, former, seen) => expect(objectionTo(former, seen)).toMatch('for no reason'))

test('a replica that knew a form which was undone sees a move go another way than it went', () => {
  const { write, facts } = failover(route([[0, 2], strange], { annotations: onlyWeb }))
  const ways = (from: number) => [...waysAcross(write, facts.route(key).during(from, present))]
  expect([...movesOf(write).moves]).toEqual([['failover', 1]])
  expect(ways(undone)).toEqual([['redistribute', 1]])
  expect(ways(present)).toEqual([])
})
