import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import type { Transport } from '../http/transport.ts'
import { type Resource, resourcePath } from '../resource.ts'
import type { Listed } from './list.ts'
import type { StoreWriter } from './store.ts'

/**
 * - `resolving`: asks which resource to read. Then `listing`, or `absent` if the server has none.
 * - `absent`: the store is empty and synced. After 5 to 16 s `resolving`.
 * - `listing`: reads a complete list. Then `watching`.
 * - `watching`: follows the changes. A watch that ends is resumed from the last version seen, unless another
 *   resource is to be read by then: then `listing`. One whose version has expired (410) leads to `resolving`.
 *   After a failure, or a watch without events, the server is asked for its version first. A server that was
 *   restored from a backup would send nothing until its version catches up, so then it is `listing` too.
 * - `backingOff`: something failed; waits 0.8 to 30 s, or as long as the server asks (at most a minute), and
 *   goes on.
 * - `stopped`: for good, and only on request.
 *
 * The store is updated before a new state is announced: at `watching` and `absent` it is synced.
 */
export type ReflectorState = 'resolving' | 'absent' | 'listing' | 'watching' | 'backingOff' | 'stopped'

/** Which objects of a kind; all of them by default. */
export interface Selection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

export type ReflectorOptions<T> = Selection & {
  /** For logs and metrics. */
  readonly name: string
  /** Asked before each list, and when a watch has ended. `undefined`: not served. */
  readonly resource: () => Promise<Result<Resource | undefined, KubeError>>
  /** Called once per object on arrival; only its result is kept. If it throws, the object is ignored. */
  readonly project: (object: unknown) => T
  /**
   * Whether an object is one that the selectors ask for; all are, by default. One that is not is dropped
   * before it is projected, so a server that ignores selectors costs time, and no memory.
   */
  readonly isAskedFor?: ((object: unknown) => boolean) | undefined
  readonly writer: StoreWriter<T>
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly onState?: ((state: ReflectorState) => void) | undefined
  /** Called with the type of each watch event. */
  readonly onEvent?: ((type: string) => void) | undefined
  /**
   * Reads everything again after a failure, instead of resuming the watch: then the store is as of now as
   * soon as the state is `watching` again, and not only once the watch has caught up.
   */
  readonly relists?: boolean | undefined
}

/** What to do next. */
export type Step =
  /** `was`: a watch that ended well; it goes on if its resource is still the one to read. */
  | { readonly kind: 'resolve'; readonly was?: WatchStep }
  | { readonly kind: 'list'; readonly resource: Resource }
  | WatchStep
  | { readonly kind: 'follow'; readonly resource: Resource; readonly listed: Listed }
  | {
      readonly kind: 'wait'
      readonly state: 'absent' | 'backingOff'
      readonly ms: number
      readonly next: Step
    }

type WatchStep = {
  readonly kind: 'watch'
  readonly resource: Resource
  readonly from: string
  /**
   * The server may have been restored from a backup meanwhile: then it sends nothing until its version
   * catches up.
   */
  readonly isDoubtful: boolean
}

export const resolve: Step = { kind: 'resolve' }

/** What the lists and watches of a reflector have in common. */
export const readingQuery = ({ labelSelector, fieldSelector }: Selection): Record<string, string> => ({
  ...(labelSelector === undefined ? {} : { labelSelector }),
  ...(fieldSelector === undefined ? {} : { fieldSelector }),
})

/** Where the objects are read. */
export const readingPath = (resource: Resource, { namespace }: Selection): string =>
  resourcePath(resource, namespace)

/** In seconds: 5 to 10 minutes, so that watches do not all end together. `random` is in [0, 1). */
export const serverTimeout = (random: () => number): string => String(300 + Math.floor(random() * 301))
