/**
 * `node bench/slice-server.ts CLUSTERS SLICES`: stands for the API servers of so many linked clusters, with so many
 * EndpointSlices each, of which a real one needs 300 MiB. By HTTPS, with the certificate of the tests. It knows a
 * streamed list of slices by names of Services, which then goes on as a watch without changes, with a bookmark a
 * minute, as kube-apiserver's; everything else is 404. Prints the ports as JSON once it answers.
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { certificate, key } from '../src/kube/testing/certificate.ts'
import { upTo } from '../test/e2e/in-parallel.ts'
import { slice } from '../test/e2e/objects.ts'
import { storeName } from './linked.ts'

const bookmarkMs = 60_000
const [clusters = 1, slices = 0] = process.argv.slice(2).map(Number)

const uid = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

/** A slice with the fields that a cluster's own have: most of its bytes are none that the operator needs. */
function sliceOf(index: number): object {
  const service = storeName(index)
  const { metadata, endpoints, ...rest } = slice(service, 10, 10)
  return {
    ...rest,
    metadata: {
      ...metadata,
      namespace: 'default',
      uid: uid(index),
      resourceVersion: String(1000 + index),
      generation: 1,
      creationTimestamp: '2026-11-01T00:00:00Z',
      labels: {
        ...metadata.labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name: service, uid: uid(index), controller: true },
      ],
      managedFields: [
        {
          manager: 'kube-controller-manager',
          operation: 'Update',
          apiVersion: 'discovery.k8s.io/v1',
          time: '2026-11-01T00:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:addressType': {},
            'f:endpoints': {},
            'f:metadata': { 'f:labels': {} },
            'f:ports': {},
          },
        },
      ],
    },
    endpoints: endpoints.map((endpoint, place) => ({
      ...endpoint,
      nodeName: `node-${place}`,
      zone: `zone-${place % 3}`,
      targetRef: {
        kind: 'Pod',
        namespace: 'default',
        name: `${service}-${place}`,
        uid: uid(100 * index + place),
      },
    })),
  }
}

const lineOf = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
const lines = new Map(upTo(slices).map((index) => [storeName(index), lineOf('ADDED', sliceOf(index))]))

const bookmark = (annotations?: object) =>
  lineOf('BOOKMARK', {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { resourceVersion: String(1000 + slices), ...(annotations && { annotations }) },
  })

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost')
  const names = /^kubernetes\.io\/service-name in \((.*)\)$/.exec(
    searchParams.get('labelSelector') ?? '',
  )?.[1]
  const isList = searchParams.get('sendInitialEvents') === 'true' && names !== undefined
  if (!pathname.endsWith('/namespaces/default/endpointslices') || !isList) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  for (const name of names.split(',')) response.write(lines.get(name) ?? '')
  response.write(bookmark({ 'k8s.io/initial-events-end': 'true' }))
  const timer = setInterval(() => response.write(bookmark()), bookmarkMs)
  response.once('close', () => clearInterval(timer))
}

const ports: number[] = []
for (const _ of upTo(clusters)) {
  const server = createServer({ cert: certificate, key }, answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address === 'object' && address) ports.push(address.port)
}
process.stdout.write(`${JSON.stringify(ports)}\n`)
