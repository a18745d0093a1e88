import { expect, it } from 'vitest'
import { readinessOf } from '../core/types.ts'
import { judgeRoute } from './judge.ts'
import { beganBefore, sinceOf } from './since.ts'
import { trafficSplit } from './trafficsplit.ts'

const time = '2026-11-25T07:00:00Z'

/** A route on its secondary, whose weights this manager wrote. */
const judged = (manager: string, ready: (service: string) => number = () => 1) =>
  judgeRoute(
    trafficSplit.read({
      metadata: {
        namespace: 'shop',
        name: 'web',
        managedFields: [{ manager, time, fieldsV1: { 'f:spec': { 'f:backends': {} } } }],
      },
      spec: {
        service: 'web',
        backends: [
          { service: 'web', weight: 0 },
          { service: 'east', weight: 1 },
        ],
      },
    }),
    ({ service }) => readinessOf(service === 'shop/web' ? 0 : ready(service), 1),
  )

it('is the time of the last write of the operator where no Event is left', () => {
  for (const manager of ['linkerd-failover', 'linkerd-failover-standby'])
    expect(sinceOf(judged(manager), [])).toBe(Date.parse(time))
  expect(sinceOf(judged('helm'), [])).toBeUndefined()
})

it('of a paused route is when it was annotated, if nothing else was written with that', () => {
  const pausedBy = (fieldsV1: object) =>
    judgeRoute(
      trafficSplit.read({
        metadata: {
          namespace: 'shop',
          name: 'web',
          annotations: { 'failover.linkerd.io/paused': 'true' },
          managedFields: [{ manager: 'kubectl-annotate', time, fieldsV1 }],
        },
        spec: { service: 'web', backends: [{ service: 'web', weight: 1 }] },
      }),
      () => readinessOf(1, 1),
    )
  const annotation = { 'f:metadata': { 'f:annotations': { 'f:failover.linkerd.io/paused': {} } } }
  expect(sinceOf(pausedBy(annotation), [])).toBe(Date.parse(time))
  expect(sinceOf(pausedBy({ ...annotation, 'f:spec': { 'f:service': {} } }), [])).toBeUndefined()
})

it('is not that time if the route went dark later, or its weights are due', () => {
  expect(
    sinceOf(
      judged('linkerd-failover', () => 0),
      [],
    ),
  ).toBeUndefined()
  const back = judgeRoute(judged('linkerd-failover').route, () => readinessOf(1, 1))
  expect(sinceOf(back, [])).toBeUndefined()
})

it('of a dark route is the first report since it had light: an operator that starts reports it again', () => {
  const dark = judged('linkerd-failover', () => 0)
  const event = (minute: number, reason: string) => ({ at: minute * 60_000, reason, message: '' })
  const events = [
    event(1, 'NothingReady'),
    event(2, 'Recovered'),
    event(3, 'NothingReady'),
    event(4, 'NothingReady'),
  ]
  expect(sinceOf(dark, events)).toBe(3 * 60_000)
  expect(sinceOf(dark, events.slice(0, 2))).toBeUndefined()
})

it('of weights that another client wrote began before that client changed anything of them last', () => {
  expect(beganBefore(judged('helm'), [])).toBe(Date.parse(time))
  const recovered = [
    { at: Date.parse(time) + 1, reason: 'NothingReady', message: '' },
    { at: Date.parse(time) + 2, reason: 'Recovered', message: '' },
  ]
  expect(beganBefore(judged('helm'), recovered.slice(0, 1))).toBeUndefined()
  expect(sinceOf(judged('helm'), recovered)).toBe(Date.parse(time) + 2)
})

it('has no such bound if the weights are not as decided, or nobody wrote them with a time', () => {
  const back = judgeRoute(judged('helm').route, () => readinessOf(1, 1))
  expect(beganBefore(back, [])).toBeUndefined()
  expect(
    beganBefore(
      judgeRoute(trafficSplit.read({}), () => readinessOf(1, 1)),
      [],
    ),
  ).toBeUndefined()
})

it('of a hold began before it was reported as long', () => {
  const held = judgeRoute(
    judged('helm').route,
    () => ({ state: 'unknown', why: 'it is not watched' }) as const,
  )
  const long = { at: 5, reason: 'HeldByUnknown', message: '' }
  expect(beganBefore(held, [long])).toBe(5)
  expect(beganBefore(held, [long, { at: 6, reason: 'HoldOver', message: '' }])).toBeUndefined()
})
