import { createServer, type Server } from 'node:https'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { hostPort } from '../../base/host-port.ts'
import type { ClusterConfig } from '../cluster/cluster.ts'
import { certificate, key, stranger } from '../testing/certificate.ts'
import { loopbacks } from '../testing/loopbacks.ts'
import { forwardPort } from './port-forward.ts'
import { createTransport } from './transport.ts'

let server: Server
let url: string
let asked: number

async function start(host: string): Promise<void> {
  asked = 0
  server = createServer({ cert: certificate, key }, (_, response) => {
    asked += 1
    response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  url = `https://${hostPort(host, port)}`
}

const clusterWith = ({ ca, ...more }: { ca?: string } & Partial<ClusterConfig>): ClusterConfig => ({
  server: url,
  credentials: () => ({ headers: { authorization: 'Bearer secret' }, ca }),
  source: 'a test',
  ...more,
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** Whether each way to the API server got an answer, which is 404, or why not. */
const ways = {
  'a request': async (config: ClusterConfig) => {
    const transport = createTransport(config, systemClock)
    const answer = await transport.request({ method: 'GET', path: '/' })
    await transport.close()
    return answer
  },
  'a stream': async (config: ClusterConfig) => {
    const transport = createTransport(config, systemClock)
    const answer = await transport.stream({ method: 'GET', path: '/' })
    await transport.close()
    return answer
  },
  'a forwarded port': (config: ClusterConfig) =>
    forwardPort(config, { namespace: 'a', pod: 'b', port: 1 }, new AbortController().signal),
}

describe.each(loopbacks)('to an API server at %s', (host) => {
  beforeEach(() => start(host))

  describe.each(Object.entries(ways))('%s', (_, go) => {
    test.each([
      ['signed by whom the configuration names', { ca: certificate }],
      ['that nobody is to look at', { skipTlsVerify: true }],
    ])('reaches a server with a certificate %s', async (_, trust) => {
      expect(await go(clusterWith(trust))).toMatchObject({ error: { kind: 'notFound' } })
      expect(asked).toBe(1)
    })

    test.each([
      ['signed by nobody that is known', {}],
      ['signed by somebody else than the configuration names', { ca: stranger }],
      ['of another name', { ca: certificate, tlsServerName: 'other.example' }],
    ])('tells nothing to a server with a certificate %s', async (_, trust) => {
      expect(await go(clusterWith(trust))).toMatchObject({
        error: { kind: 'unreachable', message: expect.stringMatching(/certificate/i) },
      })
      expect(asked).toBe(0)
    })
  })
})
