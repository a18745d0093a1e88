import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { routeItem } from '../../src/api/items.ts'
import { ok } from '../../src/base/result.ts'
import { run } from '../../src/cli/testing/terminal.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import type { Operator } from '../../src/operator/operator.ts'
import { Cluster, eventually } from './cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
})
afterEach(() => cluster.stop())

const clock = fastClock(10)

/** A TrafficSplit that this client writes, so that the server keeps when. */
async function apply(
  name: string,
  backends: object[],
  annotations: Record<string, string> = {},
): Promise<void> {
  const path = '/apis/split.smi-spec.io/v1alpha2/namespaces/shop/trafficsplits?fieldManager=helm'
  const labels = { 'failover.linkerd.io/controlled-by': '' }
  const answer = await fetch(`${cluster.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'split.smi-spec.io/v1alpha2',
      kind: 'TrafficSplit',
      metadata: { namespace: 'shop', name, labels, annotations },
      spec: { service: name, backends },
    }),
  })
  expect(answer.status).toBe(201)
}

/** What the page reads of the operator, and the way to it for the command line. */
async function serve({ view }: Operator) {
  const items = () => [...view.records()].map((record) => routeItem(record, view))
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ items: items(), continue: null })),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  cluster.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'mesh', name: 'operator-1', labels: { 'linkerd.io/extension': 'failover' } },
    spec: { containers: [{ name: 'linkerd-failover' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  })
  const forward = async () => {
    const address = server.address()
    const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
    await once(socket, 'connect')
    return ok(socket)
  }
  return { items, forward, close: () => server.close().closeAllConnections() }
}

const weights = (first: number, second: number, other = 'east') => [
  { service: 'web', weight: first },
  { service: other, weight: second },
]

it('is the same on the command line and on the page, whatever the state of a route', async () => {
  cluster.service('web')
  cluster.service('east')
  cluster.slice('web', 1)
  cluster.slice('east', 1)
  cluster.slice('gone', 0)
  await apply('quiet', weights(1, 0))
  await apply('paused', weights(0, 1), { 'failover.linkerd.io/paused': 'true' })
  await apply('wrong', weights(1, 0), { 'failover.linkerd.io/primary-service': 'wbe' })
  await apply('dark', [{ service: 'gone', weight: 1 }])
  await apply('moved', [
    { service: 'gone', weight: 1 },
    { service: 'east', weight: 0 },
  ])
  const operator = await cluster.readyOperator({ clock })
  await eventually(() => cluster.notes('moved').length > 0 && cluster.notes('dark').length > 0)
  await eventually(() => cluster.notes('wrong').length > 0)
  const { items, forward, close } = await serve(operator)
  const { stdout } = await run('status -o json', { server: cluster.url, clock, forward })
  close()
  const shown = items().sort((one, other) => one.name.localeCompare(other.name))
  const { routes } = JSON.parse(stdout)
  expect(routes.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual([
    ['dark', 'dark'],
    ['moved', 'failover'],
    ['paused', 'paused'],
    ['quiet', 'primary'],
    ['wrong', 'misconfigured'],
  ])
  const times = (all: readonly { name: string; since: string | null; sinceBefore: string | null }[]) =>
    all.map(({ name, since, sinceBefore }) => ({ name, since, sinceBefore }))
  expect(times(routes)).toEqual(times(shown))
})
