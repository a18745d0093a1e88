import { beforeEach, expect, it } from 'vitest'
import { err, ok, type Result } from '../../base/result.ts'
import { readinessOf } from '../../core/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import type { Route } from '../../routes/route.ts'
import { ref, routeObject } from '../../routes/testing/gateway-objects.ts'
import { type Confirm, confirmWith, freshMs } from './confirm.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')
const object = { ...routeObject(http, [[ref('web', 1), ref('east', 0)]]) }
const route = http.read(object)
const judge = (known: Route, webIsDown = true): Judged =>
  judgeRoute(known, ({ service }) => readinessOf(service.endsWith('web') && webIsDown ? 0 : 1, 1))
const planned = judge(route)

let transport: FakeTransport
let clock: ReturnType<typeof createManualClock>
let known: Judged | undefined
/** What a read of Drains and policies says of the caches. */
let own: Result<boolean, KubeError>
let confirm: Confirm
beforeEach(() => {
  transport = new FakeTransport()
  clock = createManualClock()
  known = planned
  own = ok(true)
  confirm = confirmWith({
    clock,
    transport,
    selector: 'a=b',
    codecOf: () => http,
    known: () => known,
    judge: (route, readiness) => judgeRoute(route, readiness),
    isOwnCurrent: async () => own,
  })
})

const meta = (name: string, more: object = {}) => ({
  namespace: route.namespace,
  name,
  resourceVersion: '1',
  ...more,
})
const service = (name: string) => ({ metadata: meta(name), spec: { ports: [{ port: 80 }] } })
const slice = (name: string, ready: boolean) => ({
  metadata: meta(`${name}-1`, { labels: { 'kubernetes.io/service-name': name } }),
  addressType: 'IPv4',
  ports: [{ port: 8080 }],
  endpoints: [{ conditions: { ready }, targetRef: { uid: name } }],
})

/** Answers every read: `web` is as it is told, `east` is ready. */
async function answer(webIsReady: boolean, routes: readonly object[] = [object]): Promise<void> {
  const items = (path: string, selector: string): readonly object[] => {
    if (path.endsWith('/httproutes')) return routes
    if (path.endsWith('/services'))
      return ['web', 'east'].filter((name) => selector.endsWith(`=${name}`)).map(service)
    return path.endsWith('/endpointslices') ? [slice('web', webIsReady), slice('east', true)] : []
  }
  for (let round = 0; round < 3; round += 1) {
    await settle()
    for (const { path, query, answer } of transport.requests.splice(0))
      answer(ok({ metadata: { resourceVersion: '1' }, items: items(path, query?.fieldSelector ?? '') }))
  }
}

const confirmed = () => confirm(planned, {}, (judged) => judged)

it('answers with the plan if the API server says the same', async () => {
  const result = confirmed()
  await answer(false)
  expect(await result).toMatchObject({ ok: true, value: { verdicts: [{ plan: planned.verdicts[0]?.plan }] } })
  expect(clock.pending).toBe(0)
})

it('asks for the route first, and for nothing else if it is gone or moved already', async () => {
  const moved = routeObject(http, [[ref('web', 0), ref('east', 1)]])
  for (const routes of [[], [moved]]) {
    const result = confirmed()
    await settle()
    expect(transport.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['httproutes'])
    await answer(false, routes)
    expect(await result).toEqual(ok(undefined))
  }
})

it('does not answer with it if the API server, or by now the caches, know better', async () => {
  const byServer = confirmed()
  await answer(true)
  expect(await byServer).toEqual(ok(undefined))
  const byCaches = confirmed()
  await settle()
  known = judge(route, false)
  await answer(false)
  expect(await byCaches).toEqual(ok(undefined))
})

it('gives up when what was read first would be too old', async () => {
  const result = confirmed()
  await clock.advance(freshMs)
  expect(await result).toMatchObject({ ok: false })
})

it('answers with nothing if a Drain or a policy is not known yet, and with the error if they cannot be read', async () => {
  own = ok(false)
  const unknown = confirmed()
  await answer(false)
  expect(await unknown).toEqual(ok(undefined))
  own = err({ kind: 'unreachable', message: 'no way' })
  const unread = confirmed()
  await answer(false)
  expect(await unread).toEqual(own)
})
