import type { Duplex } from 'node:stream'
import { ok, type Result } from '../../base/result.ts'
import type { PodPort } from '../../kube/http/port-forward.ts'
import type { Failure } from '../failure.ts'
import { forwardTo } from '../forwarding.ts'
import type { Cluster } from '../io.ts'
import type { Reading } from '../listing.ts'
import { type Choice, choosePod } from './pods.ts'

/** The Pod whose dashboard is shown. Changes to another Pod when the leader changes or the Pod is gone. */
export class Source {
  readonly #cluster: Cluster
  readonly #signal: AbortSignal
  readonly #namespace: string | undefined
  #choice: Choice

  /** Chooses the first Pod. */
  static async find(
    cluster: Cluster,
    signal: AbortSignal,
    namespace: string | undefined,
  ): Promise<Result<Source, Failure>> {
    const chosen = await choosePod({ transport: cluster.transport, signal }, namespace)
    return chosen.ok ? ok(new Source(cluster, signal, namespace, chosen.value)) : chosen
  }

  private constructor(cluster: Cluster, signal: AbortSignal, namespace: string | undefined, choice: Choice) {
    this.#cluster = cluster
    this.#signal = signal
    this.#namespace = namespace
    this.#choice = choice
  }

  get choice(): Choice {
    return this.#choice
  }

  /** A connection to the Pod, or to the Pod that has replaced it. */
  async connect(): Promise<Result<Duplex, Failure>> {
    const before = this.#choice.pod
    const first = await this.#open()
    if (first.ok || !(await this.look()).ok || isSame(before, this.#choice.pod)) return first
    return this.#open()
  }

  /** Chooses again. If the API server does not answer, the present Pod stays. */
  async look(): Promise<Result<void, Failure>> {
    const reading: Reading = { transport: this.#cluster.transport, signal: this.#signal }
    const chosen = await choosePod(reading, this.#namespace)
    if (!chosen.ok) return chosen
    this.#choice = chosen.value
    return ok(undefined)
  }

  #open(): Promise<Result<Duplex, Failure>> {
    return forwardTo(this.#cluster, this.#choice.pod, this.#signal)
  }
}

export const isSame = (a: PodPort, b: PodPort): boolean => a.namespace === b.namespace && a.pod === b.pod
