import { afterEach, beforeEach, expect, test } from 'vitest'
import { Pods } from '../destination/testing/pods.ts'
import { Shop } from '../testing/shop.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 25, 12, minute))

let shop: Shop
let pods: Pods
beforeEach(async () => {
  shop = await Shop.open()
  pods = new Pods(shop)
  shop.split('web', { web: 1, east: 0 })
  shop.transition('web', 'failing over to fallbacks: web has none', at(1))
  shop.tell('cart', { reason: 'Misconfigured', note: 'no backend has that name', at: at(3), uid: 'gone' })
})
afterEach(async () => {
  pods.close()
  await shop.close()
})

const run = (line: string) => shop.run(line, { forward: pods.forward, namespace: 'shop' })

const entry = (id: string, minute: number, what: string, name = 'web') => ({
  id,
  revision: minute,
  at: at(minute).toISOString(),
  what,
  route: { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit', namespace: 'shop', name },
  rule: null,
  state: 'failover',
  sentence: 'was deleted',
  splits: [],
  cluster: null,
  reactionMs: null,
  fromEvents: false,
})

/** The operator's timeline, in two pages. */
const timeline = () =>
  pods.operator((request, response) => {
    const isSecond = request.url?.includes('before=') === true
    const items = isSecond ? [entry('e1-2', 2, 'release')] : [entry('e1-4', 4, 'end')]
    response.end(JSON.stringify({ items, before: isSecond ? null : '4', revision: 9 }))
  })

test('has Events and the timeline in one, the oldest first', async () => {
  await timeline()
  const { exitCode, stdout, stderr } = await run('history')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatchInlineSnapshot(`
    "TIME                   NAMESPACE   KIND           NAME   WHAT            FROM       SENTENCE
    2026-11-25T12:01:00Z   shop        TrafficSplit   web    Failover        Event      trafficsplit/web failing over to fallbacks: web has none
    2026-11-25T12:02:00Z   shop        TrafficSplit   web    release         timeline   was deleted
    2026-11-25T12:03:00Z   shop        TrafficSplit   cart   Misconfigured   Event      no backend has that name
    2026-11-25T12:04:00Z   shop        TrafficSplit   web    end             timeline   was deleted
    "
  `)
})

test('has what is in both once, by its id', async () => {
  await timeline()
  const event = shop.sandbox.store.list('events', 'shop').find(({ reason }) => reason === 'Failover')
  if (!event) throw new Error('there is no Event')
  const annotations = { 'failover.linkerd.io/transition-id': 'e1-2' }
  shop.sandbox.store.update({ ...event, metadata: { ...event.metadata, annotations } })
  const { history } = JSON.parse((await run('history ts/web -o json')).stdout)
  expect(history.map(({ id, what, from }: Record<string, unknown>) => [id, what, from])).toEqual([
    ['e1-2', 'release', ['Event', 'timeline']],
    ['e1-4', 'end', ['timeline']],
  ])
})

test('says of what the operator has read back from an Event that it is from there, once', async () => {
  const uid = shop.sandbox.store.list('events', 'shop').find(({ reason }) => reason === 'Failover')
    ?.metadata.uid
  const past = [{ ...entry(uid ?? '', 1, 'failover'), fromEvents: true }]
  await pods.operator((_, response) =>
    response.end(JSON.stringify({ items: past, before: null, revision: 9 })),
  )
  const { history } = JSON.parse((await run('history ts/web -o json')).stdout)
  expect(history.map(({ what, from }: Record<string, unknown>) => [what, from])).toEqual([
    ['failover', ['Event']],
  ])
})

test('is of one route, also if it does not exist any more, and says what it could not read', async () => {
  const { exitCode, stdout, stderr } = await run('history cart')
  expect(exitCode).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(2)
  expect(stdout).toContain('Misconfigured')
  expect(stderr).toMatch(/^only Events are shown: /)
})

test('says that nothing is known, and refuses what contradicts', async () => {
  await timeline()
  expect(await run('history nothing')).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'nothing is known to have happened\n',
  })
  expect((await run('history web -A')).exitCode).toBe(64)
})
