/**
 * `node bench/floor.ts KUBECONFIG ROUTES [PRIMARY SECONDARY ...] [--sighted]`: the least that any operator
 * can do, to measure ours against. It watches the slices of the services `svc-N`, and patches route `svc-N`
 * to 0/1 when its slice shows no ready endpoint, and back when it does. It has as many requests in flight as
 * the operator: what more of them gain in a mass failover is no merit of either. ROUTES is the path of the
 * routes, and each PRIMARY and SECONDARY a JSON Pointer to a weight. It has no rules, no cache and no retry,
 * and notices nothing else. It writes under a name of its own, as any operator does that did not make the
 * routes: for the API server a second writer costs more than one.
 *
 * `--sighted`: it also follows the routes, and tests in each patch that the route is the one that it saw;
 * what seeing costs the API server.
 */
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { systemClock } from '../src/base/clock.ts'
import { loadClusterConfig } from '../src/kube/cluster/find-cluster.ts'
import { LineParser } from '../src/kube/http/ndjson.ts'

const slicesPath =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?watch=1&sendInitialEvents=true' +
  '&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=bench%3Dprimary'

interface SliceEvent {
  readonly type: string
  readonly object: {
    readonly metadata: {
      readonly labels?: Record<string, string>
      readonly annotations?: Record<string, string>
    }
    readonly endpoints?: readonly { readonly conditions: { readonly ready?: boolean } }[]
  }
}

const routeEvent = z.object({
  object: z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) }),
})

const inFlight = 32
const sight = '--sighted'
const isSighted = process.argv.includes(sight)
const [kubeconfig = '', routes = '', ...pointers] = process.argv.slice(2).filter((word) => word !== sight)
const cluster = await loadClusterConfig({ kubeconfig }, {}, systemClock)
if (!cluster.ok) throw new Error(cluster.error)
const { server } = cluster.value
const { headers, ca = '' } = await cluster.value.credentials()
const requests = new Agent({ keepAlive: true, maxSockets: inFlight, ca })
const streams = new Agent({ ca })
const down = new Set<string>()
/** Of the routes, by name, where they are followed. */
const uids = new Map<string, string>()

/** Sends a request, and resolves with its answer, of which only the head is read. */
function send(agent: Agent, path: string, patch?: string): Promise<IncomingMessage> {
  const more = { 'content-type': 'application/json-patch+json', 'content-length': String(patch?.length) }
  const options = patch === undefined ? { headers } : { method: 'PATCH', headers: { ...headers, ...more } }
  return new Promise((resolve, reject) => {
    const sent = request(`${server}${path}`, { ...options, agent }, resolve)
    sent.on('error', reject)
    sent.end(patch)
  })
}

/** The agent itself keeps the rest waiting: it has so many connections. */
async function patch(name: string, primary: number): Promise<void> {
  const weights = pointers.map((path, index) => ({
    op: 'replace',
    path,
    value: index % 2 === 0 ? primary : 1 - primary,
  }))
  const operations = JSON.stringify([...testsOf(name), ...weights])
  const answer = await send(requests, `${routes}/${name}?fieldManager=floor`, operations)
  let text = ''
  for await (const chunk of answer) text += chunk
  if (answer.statusCode !== 200) throw new Error(`PATCH ${name} answered ${answer.statusCode}: ${text}`)
}

function take({ type, object }: SliceEvent): void {
  if (type === 'BOOKMARK' && object.metadata.annotations?.['k8s.io/initial-events-end']) {
    process.stdout.write('ready\n')
    return
  }
  const name = object.metadata.labels?.['kubernetes.io/service-name']
  if (!name) return
  const isDown = !object.endpoints?.some(({ conditions }) => conditions.ready !== false)
  if (isDown === down.has(name)) return
  if (isDown) down.add(name)
  else down.delete(name)
  void patch(name, isDown ? 0 : 1)
}

const testsOf = (name: string) =>
  uids.has(name) ? [{ op: 'test', path: '/metadata/uid', value: uids.get(name) }] : []

const isSliceEvent = (value: unknown): value is SliceEvent =>
  typeof value === 'object' && value !== null && 'object' in value

async function follow(path: string, each: (event: unknown) => void): Promise<void> {
  const watch = await send(streams, path)
  const lines = new LineParser()
  for await (const chunk of watch) {
    for (const event of lines.push(chunk)) each(event)
    await nextTurn()
  }
}

if (isSighted) {
  void follow(`${routes}?watch=1`, (event) => {
    const { name, uid } = routeEvent.parse(event).object.metadata
    uids.set(name, uid)
  })
}
await follow(slicesPath, (event) => {
  if (isSliceEvent(event)) take(event)
})
