import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTransport } from '../../src/kube/http/transport.ts'
import { certificate, key, stranger } from '../../src/kube/testing/certificate.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { Cluster, eventually } from './cluster.ts'

/** What answers in place of the API server of a linked cluster, and what a Secret may hold. */
let here: Cluster
const servers: Server[] = []
/** Requests to servers that no Secret names. */
let strangersAsked = 0
beforeEach(async () => {
  here = await Cluster.start()
})
afterEach(async () => {
  await here.stop()
  for (const server of servers.splice(0)) server.close()
})

const clock = fastClock(10)
const links = {
  clusters: ['east'],
  namespace: 'linkerd',
  connect: (config: Parameters<typeof createTransport>[0]) => createTransport(config, clock),
}

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const answering = async (listener: RequestListener) =>
  `http://127.0.0.1:${await listen(createServer(listener))}`

const secret = (kubeconfig: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'mirror.linkerd.io/remote-kubeconfig',
  metadata: { namespace: 'linkerd', name: 'cluster-credentials-east' },
  data: { kubeconfig: Buffer.from(kubeconfig).toString('base64') },
})

const kubeconfig = (cluster: object) =>
  JSON.stringify({
    'current-context': 'east',
    contexts: [{ name: 'east', context: { cluster: 'east', user: 'remote' } }],
    clusters: [{ name: 'east', cluster }],
    users: [{ name: 'remote', user: { token: 'a-token' } }],
  })

const base64 = (text: string) => Buffer.from(text).toString('base64')

const cases: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
  [
    'refuses the token',
    async () =>
      kubeconfig({
        server: await answering((_, answer) => void answer.writeHead(401).end('{"message":"Unauthorized"}')),
      }),
    /Unauthorized/,
  ],
  [
    'sends elsewhere',
    async () => {
      const location = await answering((_, answer) => {
        strangersAsked += 1
        answer.end('{"items":[]}')
      })
      return kubeconfig({
        server: await answering((_, answer) => void answer.writeHead(302, { location }).end()),
      })
    },
    /302/,
  ],
  [
    'is a Kubernetes that has no such resource',
    async () =>
      kubeconfig({ server: await answering((_, answer) => void answer.writeHead(404).end('not found')) }),
    /404/,
  ],
  [
    'speaks of something else',
    async () => kubeconfig({ server: await answering((_, answer) => void answer.end('<html>hello</html>')) }),
    /JSON/,
  ],
  [
    'never answers',
    async () => {
      const port = await listen(createTcpServer())
      return kubeconfig({ server: `http://127.0.0.1:${port}` })
    },
    /EndpointSlices of the Service shop\/web in cluster east are not known: their list is not complete yet/,
  ],
  [
    'is not there',
    async () => kubeconfig({ server: 'https://127.0.0.1:1' }),
    /cannot reach the API server at https:\/\/127.0.0.1:1/,
  ],
  [
    'has a CA that is none',
    async () => {
      const ca = '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n'
      const data = base64(ca)
      const { port } = new URL(await answering((_, answer) => void answer.end()))
      return kubeconfig({ server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data })
    },
    /cannot reach the API server/,
  ],
  [
    'has the certificate of another CA',
    async () => {
      const tls = createTlsServer({ cert: certificate, key }, (_, answer) => void answer.end('{"items":[]}'))
      const server = `https://127.0.0.1:${await listen(tls)}`
      return kubeconfig({ server, 'certificate-authority-data': base64(stranger) })
    },
    /cannot reach the API server at https.*self-signed certificate/,
  ],
]

test.each(cases)(
  'a cluster that %s is unknown, in words, and harms no other route',
  async (_, create, words) => {
    here.put(secret(await create()))
    here.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        namespace: 'shop',
        name: 'web-east',
        annotations: { 'multicluster.linkerd.io/remote-discovery': 'web@east' },
      },
      spec: { ports: [{ port: 80 }] },
    })
    here.slice('web', 1)
    here.split(
      'web',
      { 'web-east': 1, web: 0 },
      { annotations: { 'failover.linkerd.io/primary-service': 'web-east' } },
    )
    here.slice('api', 0)
    here.slice('api-two', 1)
    here.split('api', { api: 1, 'api-two': 0 })
    const operator = await here.readyOperator({ links, clock })
    await eventually(() => here.weights('api').join() === '0,1')
    await eventually(() => {
      const readiness = operator.view.readiness({ service: 'shop/web-east', port: 80, weight: 1 })
      return readiness.state === 'unknown' && words.test(readiness.why ?? '')
    })
    expect(here.weights('web')).toEqual([1, 0])
    const failure = 'warn the watch of endpointslices@east failed: '
    await eventually(() => here.log.lines.some((line) => line.startsWith(failure)))
    expect(strangersAsked).toBe(0)
  },
)
