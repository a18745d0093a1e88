import { setTimeout as delay } from 'node:timers/promises'
import type { Body } from '../test/control-plane/api.ts'
import { at } from '../test/e2e/objects.ts'
import type { Stand } from './stand.ts'

/** client-go's default limit, which Linkerd's service mirror has: writes a second, and how many may come at once. */
const perSecond = 5
const burst = 10

/**
 * In place of Linkerd's service mirror, for Services that are mirrored through a gateway: one worker, one queue, and
 * the limit that was measured on the real one. It writes nothing by itself.
 */
export class BusyMirror {
  readonly #stand: Stand
  #queue: Promise<void> = Promise.resolve()
  #tokens = burst
  #filledAt = performance.now()

  constructor(stand: Stand) {
    this.#stand = stand
  }

  /** Puts a write of the Endpoints of a mirror into the queue; resolves when it was written. */
  write(service: string, ready: boolean): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      await this.#leave()
      await this.#stand.controlPlane.api.patch(at('v1', 'endpoints', service), { subsets: subsets(ready) })
    })
    return this.#queue
  }

  /** Resolves when the limit lets another request through. */
  async #leave(): Promise<void> {
    const now = performance.now()
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond)
    this.#filledAt = now
    this.#tokens -= 1
    if (this.#tokens < 0) await delay((-this.#tokens / perSecond) * 1000)
  }
}

/** One address, the gateway's, or none: that is how a mirror shows whether a Pod is ready. */
const subsets = (ready: boolean): readonly Body[] =>
  ready ? [{ addresses: [{ ip: '10.9.0.1' }], ports: [{ name: 'http', port: 4143 }] }] : []

/** Adds a mirror of a Service of another cluster, as Linkerd makes it for a gateway; ready. */
export async function addGatewayMirror(
  { controlPlane: { api } }: Stand,
  name: string,
  from = 'east',
): Promise<void> {
  const labels = { 'mirror.linkerd.io/mirrored-service': 'true', 'mirror.linkerd.io/cluster-name': from }
  const spec = { ports: [{ name: 'http', port: 80 }], clusterIP: 'None' }
  await api.create(at('v1', 'services'), { metadata: { name, labels }, spec })
  await api.create(at('v1', 'endpoints'), { metadata: { name, labels }, subsets: subsets(true) })
}

/** Writes at once whether a mirror is ready, as no mirror can for all of its Services. */
export const setMirrorReady = (
  { controlPlane: { api } }: Stand,
  name: string,
  ready: boolean,
): Promise<void> => api.patch(at('v1', 'endpoints', name), { subsets: subsets(ready) })
