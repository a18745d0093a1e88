import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { ok } from '../base/result.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../kube/testing/memory-log.ts'
import { createNotifier } from './notifier.ts'
import { receiver, transition } from './testing/builders.ts'

const anything = { namespaces: [], kinds: [], transitions: [] }

function setUp() {
  const clock = createManualClock()
  const registry = new Registry()
  const sent: string[] = []
  const notifier = createNotifier({
    receivers: [
      receiver({ name: 'all', url: async () => 'https://all.example' }),
      receiver({
        name: 'pay',
        url: async () => 'https://pay.example',
        filter: { ...anything, namespaces: ['pay'], transitions: ['failover'] },
      }),
      receiver({
        name: 'findings',
        url: async () => 'https://findings.example',
        filter: { ...anything, transitions: ['finding'] },
      }),
      receiver({
        name: 'gateway',
        url: async () => 'https://gateway.example',
        filter: { ...anything, kinds: ['HTTPRoute'] },
      }),
    ],
    post: async ({ url, body }) => {
      // The receiver `pay` never answers.
      if (url.includes('pay')) return new Promise(() => {})
      sent.push(`${url} ${JSON.parse(body).subject}`)
      return ok(undefined)
    },
    clock,
    random: () => 0.5,
    log: createMemoryLog(),
    instance: 'pod-a',
    registry,
  })
  return { clock, registry, sent, notifier }
}

const inPay = { ...transition('card').route, namespace: 'pay' }

it('tells each receiver what it wants to hear, whatever the others do', async () => {
  const { clock, registry, sent, notifier } = setUp()
  notifier.take(transition('card', 0, { route: inPay }))
  notifier.take(transition('card', 0, { route: inPay, what: 'failback' }))
  await clock.advance(1000)
  notifier.take(transition('web', 0, { route: { ...transition('web').route, kind: 'HTTPRoute' } }))
  await clock.advance(1000)
  expect(sent).toEqual([
    'https://all.example TrafficSplit/pay/card',
    'https://all.example TrafficSplit/pay/card',
    'https://all.example HTTPRoute/shop/web',
    'https://gateway.example HTTPRoute/shop/web',
  ])
  const text = await registry.metrics()
  expect(text).toContain('linkerd_failover_notifications_total{receiver="all",outcome="sent"} 3')
  expect(text).toContain('linkerd_failover_notifications_waiting{receiver="pay"} 1')
})

it('notifies of dark routes and of ended ones, and of findings who asks for them', async () => {
  const { clock, sent, notifier } = setUp()
  const { what, ...rest } = transition('web')
  expect(what).toBe('failover')
  const of = (name: string) => ({ ...rest, route: { ...rest.route, name } })
  notifier.take({ ...of('dark'), what: 'hold', state: 'dark' })
  notifier.take({ ...of('ended'), what: 'end', rule: undefined, splits: [] })
  notifier.take({ ...of('found'), what: 'finding', rule: undefined, splits: [] })
  await clock.advance(10_000)
  expect(sent).toEqual([
    'https://all.example TrafficSplit/shop/dark',
    'https://all.example TrafficSplit/shop/ended',
    'https://findings.example TrafficSplit/shop/found',
  ])
})

it('tells of nothing but transitions', async () => {
  const { clock, sent, notifier } = setUp()
  const { what, ...rest } = transition('web')
  expect(what).toBe('failover')
  notifier.take({ ...rest, what: 'hold' })
  notifier.take({ ...rest, what: 'release' })
  await clock.advance(10_000)
  expect(sent).toEqual([])
})
