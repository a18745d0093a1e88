import { setTimeout as delay } from 'node:timers/promises'
import { probeNetwork } from '../src/readiness/gateways/http-line.ts'
import type { FakeGateway } from '../test/gateways/fake-gateway.ts'
import { BusyMirror } from './busy-mirror.ts'
import type { Stand } from './stand.ts'

/** What the Link says, by default: from one probe to the next (ms), and how many in a row must fail. */
const periodMs = 3_000
const failureThreshold = 3
/** The period is longer by up to this share, so that mirrors do not probe in step. */
const jitter = 0.1
/** In the mesh a connection is dropped after so long without an answer (ms): 10 s until it is asked, and 3 s. */
const keepAliveMs = 13_000

/**
 * In place of Linkerd's service mirror in the mesh, as it was measured: it probes the gateway, and writes the Endpoints
 * of all mirrored Services once the gateway is dead, one after the other.
 */
export class ProbingMirror {
  readonly #gateway: FakeGateway
  readonly #writer: BusyMirror
  #lastAnswer = performance.now()
  #isBroken = false

  constructor(stand: Stand, gateway: FakeGateway) {
    this.#gateway = gateway
    this.#writer = new BusyMirror(stand)
  }

  /** Probes until the gateway is dead, then writes that to these Services; resolves when all are written. */
  async untilDead(services: readonly string[]): Promise<void> {
    const { address, port } = this.#gateway
    const line = probeNetwork.open({ address, port, path: '/ready' })
    for (let failures = 0; failures < failureThreshold; ) {
      await delay(periodMs * (1 + Math.random() * jitter))
      failures = (await this.#isAnswered(line)) ? 0 : failures + 1
    }
    line.drop()
    await Promise.all(services.map((service) => this.#writer.write(service, false)))
  }

  /** A probe that hangs fails with its connection; the proxy then fails those after it at once. */
  async #isAnswered(line: ReturnType<typeof probeNetwork.open>): Promise<boolean> {
    if (this.#isBroken) return false
    const gone = delay(Math.max(0, this.#lastAnswer + keepAliveMs - performance.now()), 'gone' as const)
    const answer = await Promise.race([line.ask(), gone])
    if (answer === 'answers') this.#lastAnswer = performance.now()
    if (answer === 'gone') this.#isBroken = true
    return answer === 'answers'
  }
}
