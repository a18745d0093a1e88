import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Clock } from '../../../base/clock.ts'
import { err, ok } from '../../../base/result.ts'
import type { Cluster } from '../../io.ts'
import type { Shop } from '../../testing/shop.ts'
import { againMs } from '../linkerd-view.ts'

/** The same clock, but nobody waits for the second look. */
export const withoutWait = (clock: Clock): Clock => ({
  ...clock,
  after: (ms, callback) => clock.after(ms === againMs ? 0 : ms, callback),
})

/** Pods that answer over HTTP on this machine, and the way to them. */
export class Pods {
  readonly #servers = new Map<string, Server>()
  readonly #shop: Shop
  /** Ports that were asked for, in order: `pod:port`. */
  readonly asked: string[] = []

  constructor(shop: Shop) {
    this.#shop = shop
  }

  /** A destination Pod that answers with the text that this gives. */
  destination(name: string, metrics: () => string, namespace = 'linkerd'): Promise<void> {
    return this.add(
      name,
      (request, response) => {
        if (request.url !== '/metrics') response.writeHead(404)
        response.end(metrics())
      },
      {
        namespace,
        labels: { 'linkerd.io/control-plane-component': 'destination' },
        container: 'destination',
      },
    )
  }

  /** The operator's leader, which answers every request in this way. */
  operator(answer: RequestListener): Promise<void> {
    return this.add('operator-1', answer, {
      namespace: 'linkerd-failover',
      labels: { 'linkerd.io/extension': 'failover' },
      container: 'linkerd-failover',
    })
  }

  async add(
    name: string,
    answer: RequestListener,
    {
      namespace,
      labels,
      container,
    }: { namespace: string; labels: Record<string, string>; container: string },
  ): Promise<void> {
    const server = createServer(answer).listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.#servers.set(name, server)
    this.#shop.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name, labels },
      spec: { containers: [{ name: 'linkerd-proxy' }, { name: container }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
  }

  /** Stands for API server and kubelet. */
  readonly forward: Cluster['forward'] = async ({ pod, port }) => {
    this.asked.push(`${pod}:${port}`)
    const server = this.#servers.get(pod)
    if (!server) return err({ kind: 'notFound', message: `pods "${pod}" not found` })
    const socket = connect(portOf(server), '127.0.0.1')
    await once(socket, 'connect')
    return ok(socket)
  }

  close(): void {
    for (const server of this.#servers.values()) server.close().closeAllConnections()
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return isAddress(address) ? address.port : 0
}
const isAddress = (address: ReturnType<Server['address']>): address is AddressInfo =>
  typeof address === 'object' && address !== null
