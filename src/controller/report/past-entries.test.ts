import { expect, it } from 'vitest'
import { AdminKit } from '../../admin/testing/kit.ts'
import type { OwnEvent } from '../../kube/events/own-events.ts'
import { pastEntries } from './past-entries.ts'

const event = (minute: number, reason: string, message: string, name = 'web'): OwnEvent => ({
  uid: `uid-${minute}`,
  about: {
    uid: 'u',
    apiVersion: 'split.smi-spec.io/v1alpha1',
    kind: 'TrafficSplit',
    namespace: 'shop',
    name,
  },
  reason,
  at: minute * 60_000,
  message,
  id: minute === 1 ? 'old-1' : undefined,
  weights: undefined,
})

const kit = new AdminKit()
kit.mirrored('shop/web', 'east')
kit.put('web', { web: 1, north: 0 })

const read = (...events: OwnEvent[]) =>
  pastEntries(events, kit.view).map(({ id, what, state, sentence }) => [id, what, state, sentence])

it('is told by the Events of the routes in the view, the oldest first', () => {
  expect(
    read(
      event(6, 'Recovered', 'trafficsplit/web has recovered: shop/north serves'),
      event(5, 'NothingReady', 'trafficsplit/web has no ready backend: shop/web has 0 of 1: none'),
      event(2, 'Failover', 'trafficsplit/web failing over to fallbacks: shop/web is drained by ops/a'),
      event(1, 'Failover', 'trafficsplit/web switching traffic to primary: shop/web has 1 of 1'),
      event(3, 'Failover', 'trafficsplit/web sharing traffic among secondaries: shop/web has 0 of 1'),
      event(4, 'MissingPort', 'no port 81'),
      event(7, 'Misconfigured', 'a weight is "abc"'),
    ),
  ).toEqual([
    ['old-1', 'failback', 'primary', 'on its primary: shop/web has 1 of 1'],
    ['uid-2', 'failover', 'drained', 'fails over: shop/web is drained by ops/a'],
    ['uid-3', 'redistribute', 'failover', 'fails over: shop/web has 0 of 1'],
    ['uid-4', 'finding', 'failover', 'MissingPort: no port 81'],
    ['uid-5', 'hold', 'dark', 'holds: shop/web has 0 of 1: none'],
    ['uid-6', 'release', 'failover', 'recovered: shop/north serves'],
    ['uid-7', 'hold', 'misconfigured', 'holds: a weight is "abc"'],
  ])
})

it('has the cluster of the primary, and the time of the Event', () => {
  const [entry] = pastEntries([event(1, 'Failover', 'web failing over to fallbacks: x')], kit.view)
  expect(entry).toMatchObject({ cluster: 'east', at: new Date(60_000) })
})

it('has the weights of a move, whichever of three tiers served, and not how many endpoints were ready', () => {
  const weights = '[{"backends":[["shop/web",0,0],["shop/north",70,0],["shop/far",0,70]]}]'
  const [entry] = pastEntries(
    [{ ...event(1, 'Failover', 'web sharing traffic among secondaries: x'), weights }],
    kit.view,
  )
  const [split] = entry?.splits ?? []
  expect(
    split?.backends.map(({ service, from, to, readiness }) => [service, from, to, readiness.state]),
  ).toEqual([
    ['shop/web', 0, 0, 'unknown'],
    ['shop/north', 70, 0, 'unknown'],
    ['shop/far', 0, 70, 'unknown'],
  ])
})

it('leaves out routes that are not controlled here, and what the timeline does not have', () => {
  expect(
    read(event(1, 'NothingReady', 'x: y', 'other'), event(2, 'FightOver', 'nobody undoes them')),
  ).toEqual([])
})
