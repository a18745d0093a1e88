import type { Clock } from '../../base/clock.ts'
import type { GatewaysRead } from '../explain/gateways.ts'
import type { RouteStatus } from './route-status.ts'

/** How old what the operator said of gateways may be (ms). */
const againMs = 30_000

export interface GatewayWatchOptions {
  readonly clock: Clock
  /** Asks the operator; never throws. */
  readonly read: () => Promise<GatewaysRead>
  /** Called when there is an answer. */
  readonly onRead: () => void
}

/** The gateways of other clusters as the operator probes them; when it cannot be asked, it never is again. */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions
  #gateways: GatewaysRead['gateways'] = null
  #nextAt = 0

  constructor(options: GatewayWatchOptions) {
    this.#options = options
  }

  /** By the last answer; null before. */
  get gateways(): GatewaysRead['gateways'] {
    return this.#gateways
  }

  /** Must be called when routes are shown: asks if one has a backend in another cluster, and waits for nothing. */
  see(routes: readonly RouteStatus[]): void {
    if (this.#options.clock.now() >= this.#nextAt && routes.some(isMirrored)) void this.#ask()
  }

  async #ask(): Promise<void> {
    const { clock, read, onRead } = this.#options
    this.#nextAt = Number.POSITIVE_INFINITY
    const { gateways } = await read()
    if (gateways === null) return
    this.#gateways = gateways
    this.#nextAt = clock.now() + againMs
    onRead()
  }
}

const isMirrored = ({ facts: { splits } }: RouteStatus): boolean =>
  splits.some(({ backends }) => backends.some(({ cluster }) => cluster !== null))
