import type { Clock } from '../../base/clock.ts'
import type { GatewaysRead } from '../explain/gateways.ts'
import { AskAgain } from './ask-again.ts'
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
  readonly #operator: AskAgain<NonNullable<GatewaysRead['gateways']>>
  #gateways: GatewaysRead['gateways'] = null

  constructor({ clock, read, onRead }: GatewayWatchOptions) {
    this.#operator = new AskAgain({
      clock,
      againMs,
      read: async () => (await read()).gateways ?? undefined,
      onRead: (gateways) => {
        this.#gateways = gateways
        onRead()
      },
    })
  }

  /** By the last answer; null before. */
  get gateways(): GatewaysRead['gateways'] {
    return this.#gateways
  }

  /** Must be called when routes are shown: asks if one has a backend in another cluster, and waits for nothing. */
  see(routes: readonly RouteStatus[]): void {
    if (routes.some(isMirrored)) this.#operator.ask()
  }
}

const isMirrored = ({ facts: { splits } }: RouteStatus): boolean =>
  splits.some(({ backends }) => backends.some(({ cluster }) => cluster !== null))
