import { expect, it } from 'vitest'
import { ok } from '../../base/result.ts'
import type { KubeRequest, Transport } from '../http/transport.ts'
import { listOwnEvents } from './own-events.ts'

/** A server with this many Events of the operator, the newest first, and one that makes no sense. */
function setUp(count: number) {
  const asked: KubeRequest[] = []
  const items = Array.from({ length: count }, (_, index) => ({
    metadata: { uid: `e${count - index}`, namespace: 'shop' },
    involvedObject: { uid: 'u', kind: 'TrafficSplit', namespace: 'shop', name: 'web' },
    reason: 'Failover',
    message: 'trafficsplit/web failing over to fallbacks: x',
    eventTime: new Date((count - index) * 1000).toISOString(),
  }))
  const transport: Pick<Transport, 'request'> = {
    request: async (req) => {
      asked.push(req)
      return ok({ metadata: { resourceVersion: '1' }, items: [...items, { reason: 7 }] })
    },
  }
  const list = (most?: number) =>
    listOwnEvents({ transport: { ...transport, stream, close }, signal: new AbortController().signal, most })
  return { asked, list }
}

const stream = async () => ({ ok: false, error: { kind: 'timeout', message: 'not asked for' } }) as const
const close = async () => {}

it('asks for the Events of the operator alone', async () => {
  const { asked, list } = setUp(1)
  expect(await list()).toMatchObject({ ok: true, value: [{ uid: 'e1', at: 1000, id: undefined }] })
  expect(asked).toMatchObject([
    { path: '/api/v1/events', query: { fieldSelector: 'reportingComponent=linkerd-failover' } },
  ])
})

it('keeps the newest, however many there are', async () => {
  const listed = await setUp(1000).list(3)
  expect(listed.ok && listed.value.map(({ uid }) => uid)).toEqual(['e1000', 'e999', 'e998'])
})
