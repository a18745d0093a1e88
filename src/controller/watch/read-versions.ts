import type { Clock } from '../../base/clock.ts'
import type { Discovery } from '../../kube/discovery.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'

/** An answer is asked for again when it is needed and older than this (ms). */
const oldMs = 60_000

/** Which kinds of routes the cluster serves in a version that Linkerd reads, of those that it may not. */
export class ReadVersions {
  readonly #discovery: Pick<Discovery, 'find'>
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #known = new Map<string, boolean>()
  #lookedAt = Number.NEGATIVE_INFINITY

  /** `onChange` is called when an answer is known for the first time, or is not as before. */
  constructor(discovery: Pick<Discovery, 'find'>, clock: Clock, onChange: () => void) {
    this.#discovery = discovery
    this.#clock = clock
    this.#onChange = onChange
  }

  isRead(kind: string): boolean | 'unknown' {
    if (!gatewayCodecs.some((codec) => codec.kind === kind && codec.linkerdVersions)) return true
    if (this.#clock.now() - this.#lookedAt >= oldMs) this.look()
    return this.#known.get(kind) ?? 'unknown'
  }

  /** Asks the server about all kinds. */
  look(): void {
    this.#lookedAt = this.#clock.now()
    for (const { kind, group, plural, linkerdVersions: versions } of gatewayCodecs)
      if (versions) void this.#ask(kind, { group, plural, versions })
  }

  async #ask(kind: string, names: Parameters<Discovery['find']>[0]): Promise<void> {
    const found = await this.#discovery.find(names)
    if (!found.ok) return
    const isServed = found.value !== undefined
    if (this.#known.get(kind) === isServed) return
    this.#known.set(kind, isServed)
    this.#onChange()
  }
}
