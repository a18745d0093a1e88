import type { Clock } from '../base/clock.ts'
import { isHeldBack } from '../core/policy/limits.ts'
import type { Recalled } from '../core/policy/lost.ts'
import { needsMemory } from '../core/policy/patience.ts'
import { commitmentOf } from '../core/policy/tiers.ts'
import type { Lost, Past } from '../core/policy/types.ts'
import type { ReadinessOf, Split } from '../core/types.ts'
import type { RouteKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'
import { laterOf, lostNow } from './loss.ts'
import type { RouteMemory } from './memory.ts'
import { areInPlace } from './predecessors.ts'
import {
  commit,
  firstSeen,
  goOn,
  look,
  lookForLoss,
  type Moment,
  pastOf,
  type Remembered,
  uncommit,
} from './remembered.ts'
import { isAtRest, type ReconcileOutcome } from './write/reconcile.ts'

export interface PolicyMemoryOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly memory: RouteMemory
  readonly readiness: ReadinessOf
  /** Without it nothing is taken for lost, so no return needs approval. */
  readonly losses?: LossOptions
  /** What is new here begins with what is known of it there. */
  readonly like?: Pick<PolicyMemory, 'copyFor'>
}

export interface LossOptions {
  /** Epoch ms. */
  readonly today: () => number
  /** What the status of its policy says of a split (by `where`); `undefined` if it says nothing. */
  readonly recall: (key: RouteKey, where: string | undefined) => Recalled | undefined
}

/** A split of a route by its position, and what is remembered of it, if it is not new. */
interface LookedAt {
  readonly key: RouteKey
  readonly splits: readonly Split[]
  readonly index: number
  readonly own: Remembered | undefined
  /** Nothing was remembered of the route. */
  readonly isNewRoute: boolean
}

/**
 * The time before a look, for splits whose policy waits; nothing is kept of any other. A split that is misconfigured goes on
 * as it was last understood, so that no edit makes a loss forgotten. Every replica watches the endpoints, so every replica
 * knows since when a backend is good; what is committed to is for the leader alone.
 */
export class PolicyMemory {
  readonly #options: PolicyMemoryOptions
  /** The first remembered split of each route; the others follow in the order of their positions. */
  readonly #splits: Map<RouteKey, Remembered>
  /** Routes that this replica has not looked at since it leads. */
  #notLedYet = new Set<RouteKey>()

  constructor(options: PolicyMemoryOptions) {
    this.#options = options
    this.#splits = options.memory.part()
  }

  /** Must be called with each change of the route, or of the endpoints behind it, before anything is decided. */
  see(key: RouteKey, { splits }: Route): void {
    const moment = this.#now()
    this.#leadRoute(key, moment)
    const before = this.#splits.get(key)
    const known = [...follow(before)]
    const isEdited = !areInPlace(known, splits) || known.length !== splits.filter(isRemembered).length
    let first: Remembered | undefined
    for (let index = splits.length - 1; index >= 0; index -= 1) {
      const own = isEdited ? goOn(known, splits, index) : known.find((one) => one.index === index)
      const one = this.#lookAt({ key, splits, index, own, isNewRoute: known.length === 0 }, moment)
      if (!one) continue
      one.next = first
      first = one
    }
    if (first !== before && first) this.#splits.set(key, first)
    else if (before && !first) this.#splits.delete(key)
  }

  /** What is remembered of a split after a look at it; `undefined` if nothing has to be. */
  #lookAt({ key, splits, index, own, isNewRoute }: LookedAt, moment: Moment): Remembered | undefined {
    const { readiness, like } = this.#options
    const split = splits[index]
    const asked = split?.problem === undefined ? split : own?.split
    if (!asked?.policy || !isRemembered(asked)) return undefined
    const one = own ?? like?.copyFor(key, splits, index) ?? firstSeen(index, asked)
    look(one, asked, asked.policy, readiness, moment)
    // What the status says of the place of a new split is about the one that was there.
    if (asked === split) this.#lookForLoss(key, one, moment, own !== undefined || isNewRoute)
    return one
  }

  /** A copy of what is remembered of one of these splits by its position; `undefined` if nothing is. */
  copyFor(key: RouteKey, splits: readonly Split[], index: number): Remembered | undefined {
    this.#leadRoute(key, this.#now())
    return goOn([...follow(this.#splits.get(key))], splits, index)
  }

  /** What is known of the time before now, for a split of the route by its position. */
  past(key: RouteKey, route: Route): (index: number) => Past | undefined {
    this.see(key, route)
    const { now } = this.#now()
    return (index) => {
      const one = find(this.#splits.get(key), index)
      return one && pastOf(one, now)
    }
  }

  /**
   * Remembers what the leader has written, or what is so already. A write that is put off changes nothing, and of
   * anything else the weights will say what has become of it.
   */
  decided(key: RouteKey, outcome: ReconcileOutcome): void {
    if (outcome.kind === 'gone' || (outcome.kind === 'steady' && !isAtRest(outcome))) return
    const isKnown = outcome.kind === 'steady' || outcome.kind === 'written'
    for (const one of follow(this.#splits.get(key))) {
      const verdict = outcome.verdicts[one.index]
      if (!verdict || isHeldBack(verdict)) continue
      const made = isKnown ? commitmentOf(verdict.split, verdict.decision) : undefined
      if (made) commit(one, made, verdict, this.#now())
      else if (!isKnown) one.active = undefined
    }
  }

  /** What a return of a split (by its position) must be approved for; `undefined` if nothing was lost. */
  lost(key: RouteKey, index: number): Lost | undefined {
    return find(this.#splits.get(key), index)?.loss?.lost
  }

  /** A write turned out to be done after all, or was another replica's: the weights say what is committed to. */
  moved(key: RouteKey): void {
    for (const one of follow(this.#splits.get(key))) one.active = undefined
  }

  /**
   * Another replica has led: weights and status say what it committed to, and a later loss that was seen. Done for each
   * route when it is looked at: reading thousands of statuses at once would hold up the first moves.
   */
  lead(): void {
    this.#notLedYet = new Set(this.#splits.keys())
  }

  #leadRoute(key: RouteKey, { now, today }: Moment): void {
    if (!this.#notLedYet.delete(key)) return
    for (const one of follow(this.#splits.get(key))) {
      const seen = one.loss
      uncommit(one)
      this.#lookForLoss(key, one, { now, today: seen ? lostNow(seen, today) : today })
      one.loss = one.loss && laterOf(one.loss, seen)
    }
  }

  #now(): Moment {
    const { clock, losses } = this.#options
    return { now: clock.now(), today: losses?.today() ?? 0 }
  }

  #lookForLoss(key: RouteKey, one: Remembered, moment: Moment, hasStatus = true): void {
    const { losses } = this.#options
    const recalled = () => (hasStatus ? losses?.recall(key, one.split.where) : undefined)
    if (losses) lookForLoss(one, recalled, moment)
  }
}

const isRemembered = ({ policy }: Split): boolean => policy !== undefined && needsMemory(policy)

function* follow(first: Remembered | undefined): Iterable<Remembered> {
  for (let one = first; one; one = one.next) yield one
}

function find(first: Remembered | undefined, index: number): Remembered | undefined {
  for (let one = first; one; one = one.next) if (one.index === index) return one
  return undefined
}
