import { FailoverController, type FailoverOptions } from '../controller/failover-controller.ts'
import { ProfileController } from '../controller/profiles/profile-controller.ts'
import { type PlatformOptions, ProcessPlatform } from './platform.ts'
import { giveBackMemory, type SpareMemory } from './spare-memory.ts'

export interface OperatorOptions extends PlatformOptions, FailoverOptions {
  /** V8's, if Node.js was started with `--expose-gc`; without it memory stays as it is. */
  readonly gc?: SpareMemory['gc'] | undefined
}

/** A running operator, as its surroundings see it. */
export interface Operator
  extends Pick<FailoverController, 'live' | 'ready' | 'view' | 'watches' | 'gateways' | 'drains'> {
  /** Many weights are being moved just now. */
  busy(): boolean
  metrics(): Promise<{ contentType: string; text: string }>
  leadership: ProcessPlatform['leadership']
  stop: ProcessPlatform['stop']
}

/** So many routes being worked on at once are a mass event. */
const busyFrom = 4

/** Starts the platform, and the controllers on it. */
export function startOperator(options: OperatorOptions): Operator {
  const platform = new ProcessPlatform(options)
  const failover = new FailoverController(platform, options)
  const { serviceProfiles } = options
  const controllers = [
    failover,
    ...(serviceProfiles ? [new ProfileController(platform, failover.followed(), serviceProfiles)] : []),
  ]
  platform.start(controllers)
  const { registry } = platform
  const ready = () => controllers.flatMap((controller) => controller.ready())
  const { clock, gc } = options
  const isListing = () => [...failover.watches()].some(({ state }) => state === 'listing')
  const hasWork = () => isListing() || controllers.some(({ workload }) => workload > 0)
  const isAtRest = () => ready().length === 0 && !hasWork()
  const spare = gc && giveBackMemory({ clock, isAtRest, gc })
  return {
    live: () => controllers.flatMap((controller) => controller.live()),
    ready,
    busy: () => failover.workload >= busyFrom,
    metrics: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    view: failover.view,
    watches: () => failover.watches(),
    gateways: () => failover.gateways(),
    drains: () => failover.drains(),
    leadership: () => platform.leadership(),
    stop: () => {
      spare?.cancel()
      return platform.stop()
    },
  }
}
