/**
 * `node bench/remote-floor.ts HERE THERE`: the least that anything can do that moves traffic away from a Service of
 * another cluster, to measure the operator against. It watches the slices of the services `NAME` in the cluster of
 * the kubeconfig THERE, and patches TrafficSplit `NAME` in that of HERE to 0/1 when its slice shows no ready
 * endpoint, and back when it does; 16 requests in flight, on connections that stay open. It uses nothing of the
 * operator, and has no rules, no cache and no retry.
 */
import { readFileSync } from 'node:fs'
import { Agent, type RequestOptions, request } from 'node:https'
import { parse } from 'yaml'
import { z } from 'zod'

const kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
})

/** How to reach the cluster of a kubeconfig with one cluster and one user. */
function reach(file: string, connections: number): RequestOptions {
  const { clusters, users } = kubeconfig.parse(parse(readFileSync(file, 'utf8')))
  const [{ cluster }] = clusters
  const { hostname, port } = new URL(cluster.server)
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64')
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca })
  return { host: hostname, port, agent, headers: { authorization: `Bearer ${users[0].user.token}` } }
}

interface SliceEvent {
  readonly type: string
  readonly object: {
    readonly metadata: { readonly labels?: Record<string, string>; readonly annotations?: object }
    readonly endpoints?: readonly { readonly conditions: { readonly ready?: boolean } }[]
  }
}

const [hereFile = '', thereFile = ''] = process.argv.slice(2)
const [here, there] = [reach(hereFile, 16), reach(thereFile, 1)]
const down = new Set<string>()

function patch(name: string, primary: number): void {
  const body = JSON.stringify(
    [primary, 1 - primary].map((value, place) => ({
      op: 'replace',
      path: `/spec/backends/${place}/weight`,
      value,
    })),
  )
  const path = `/apis/split.smi-spec.io/v1alpha2/namespaces/default/trafficsplits/${name}?fieldManager=floor`
  const headers = {
    ...here.headers,
    'content-type': 'application/json-patch+json',
    'content-length': Buffer.byteLength(body),
  }
  const sent = request({ ...here, method: 'PATCH', path, headers }, (answer) => {
    answer.resume()
    if (answer.statusCode !== 200) throw new Error(`PATCH ${name} answered ${answer.statusCode}`)
  })
  sent.end(body)
}

function take({ type, object }: SliceEvent): void {
  if (type === 'BOOKMARK' && object.metadata.annotations) {
    process.stdout.write('ready\n')
    return
  }
  const name = object.metadata.labels?.['kubernetes.io/service-name']
  if (name === undefined) return
  const isDown = !object.endpoints?.some(({ conditions }) => conditions.ready !== false)
  if (isDown === down.has(name)) return
  if (isDown) down.add(name)
  else down.delete(name)
  patch(name, isDown ? 0 : 1)
}

const slices =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?watch=1&sendInitialEvents=true' +
  '&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=bench%3Dprimary'
request({ ...there, path: slices }, (answer) => {
  let rest = ''
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(JSON.parse(line))
  })
  answer.on('end', () => process.exit(1))
}).end()
