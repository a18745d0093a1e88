import type { Clock } from '../base/clock.ts'
import { hasAtLeast } from '../core/policy/standing.ts'
import { commitmentOf } from '../core/policy/tiers.ts'
import type { Commitment, Past, Policy } from '../core/policy/types.ts'
import { knownOf } from '../core/split.ts'
import type { Backend, ReadinessOf, Split } from '../core/types.ts'
import type { RouteKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'
import type { RouteMemory } from './memory.ts'
import { isAtRest, type ReconcileOutcome } from './write/reconcile.ts'

/** What is remembered of a split whose lost backends must wait. */
interface Remembered {
  /** Since when each backend (see `nameOf`) has had enough ready endpoints without a break (ms on the clock). */
  readonly goodSince: Map<string, number>
  /** How many are enough. */
  minReady: number
  commitment: { readonly made: Commitment; readonly tiers: string } | undefined
}

export interface PolicyMemoryOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly memory: RouteMemory
  readonly readiness: ReadinessOf
}

/**
 * The time before a look, for splits whose policy waits; nothing is kept of any other. Every replica watches the
 * endpoints, so every replica knows since when a backend is good; what is committed to is for the leader alone.
 */
export class PolicyMemory {
  readonly #options: PolicyMemoryOptions
  readonly #splits: Map<RouteKey, Map<number, Remembered>>

  constructor(options: PolicyMemoryOptions) {
    this.#options = options
    this.#splits = options.memory.part()
  }

  /** Must be called with each change of the route, or of the endpoints behind it, before anything is decided. */
  see(key: RouteKey, route: Route): void {
    for (const [index, split] of route.splits.entries()) {
      if (split.policy && split.policy.failbackAfterMs > 0) this.#seeSplit(key, index, split, split.policy)
    }
  }

  /** What is known of the time before now, for a split of the route by its position. */
  past(key: RouteKey, route: Route): (index: number) => Past | undefined {
    this.see(key, route)
    const now = this.#options.clock.now()
    return (index) => {
      const split = route.splits[index]
      const remembered = this.#splits.get(key)?.get(index)
      if (!split?.policy || !remembered) return undefined
      const { goodSince, commitment } = remembered
      return {
        now,
        goodSince: (backend) => goodSince.get(nameOf(split.backends[backend])),
        commitment: commitment?.tiers === tiersText(split, split.policy) ? commitment.made : undefined,
      }
    }
  }

  /**
   * Remembers what the leader has written, or what is so already. A write that is put off changes nothing, and of
   * anything else the weights will say what has become of it.
   */
  decided(key: RouteKey, outcome: ReconcileOutcome): void {
    const remembered = this.#splits.get(key)
    if (!remembered || outcome.kind === 'gone') return
    if (outcome.kind === 'steady' && !isAtRest(outcome)) return
    for (const [index, { split, decision }] of outcome.verdicts.entries()) {
      const one = remembered.get(index)
      if (!one || !split.policy) continue
      const made = commitmentOf(split, decision)
      if (outcome.kind !== 'steady' && outcome.kind !== 'written') one.commitment = undefined
      else if (made) one.commitment = { made, tiers: tiersText(split, split.policy) }
    }
  }

  /** A write turned out to be done after all, or was a standby's: the weights say what is committed to. */
  moved(key: RouteKey): void {
    for (const one of this.#splits.get(key)?.values() ?? []) one.commitment = undefined
  }

  /** Another replica has led: the weights say what it committed to. */
  lead(): void {
    for (const key of this.#splits.keys()) this.moved(key)
  }

  #seeSplit(key: RouteKey, index: number, split: Split, { minReady }: Policy): void {
    const splits = this.#splits.get(key) ?? new Map<number, Remembered>()
    this.#splits.set(key, splits)
    const one = splits.get(index) ?? { goodSince: new Map<string, number>(), minReady, commitment: undefined }
    splits.set(index, one)
    const { clock, readiness } = this.#options
    // Since when as many were ready as are asked for now was not watched.
    if (minReady > one.minReady) one.goodSince.clear()
    one.minReady = minReady
    for (const backend of split.backends) {
      const name = nameOf(backend)
      if (!hasAtLeast(minReady, knownOf(backend, readiness))) one.goodSince.delete(name)
      else if (!one.goodSince.has(name)) one.goodSince.set(name, clock.now())
    }
  }
}

const nameOf = (backend: Backend | undefined): string => `${backend?.service}:${backend?.port ?? ''}`

/** Equal for equal tiers of equal backends, whatever their weights. */
const tiersText = ({ backends }: Split, { tiers }: Policy): string =>
  JSON.stringify([backends.map(nameOf), tiers.map(({ members }) => members)])
