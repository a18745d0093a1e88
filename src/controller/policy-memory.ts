import type { Clock } from '../base/clock.ts'
import { hasEnoughToReturn, isStricter } from '../core/policy/threshold.ts'
import { commitmentOf, tierOf } from '../core/policy/tiers.ts'
import type { Commitment, Past, Policy } from '../core/policy/types.ts'
import { knownOf } from '../core/split.ts'
import type { Backend, ReadinessOf, Split } from '../core/types.ts'
import type { RouteKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'
import type { RouteMemory } from './memory.ts'
import { isAtRest, type ReconcileOutcome } from './write/reconcile.ts'

/**
 * What is remembered of a split whose lost backends must wait. There may be thousands, so its parts are few and share
 * what others keep anyway: some 190 bytes for a split with three backends.
 */
interface Remembered {
  /** The position of the split in its route. */
  readonly index: number
  /** The split as it was last seen. */
  split: Split
  /** By backend: since when it has had enough ready endpoints without a break (ms on the clock); NaN if it has not. */
  goodSince: number[]
  /** The backends that are committed to, all of one tier. `undefined`: the weights say it. */
  active: Commitment['active'] | undefined
  /** Of the next split of the route. */
  next: Remembered | undefined
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
  /** The first remembered split of each route; the others follow in the order of their positions. */
  readonly #splits: Map<RouteKey, Remembered>

  constructor(options: PolicyMemoryOptions) {
    this.#options = options
    this.#splits = options.memory.part()
  }

  /** Must be called with each change of the route, or of the endpoints behind it, before anything is decided. */
  see(key: RouteKey, { splits }: Route): void {
    const before = this.#splits.get(key)
    let first: Remembered | undefined
    for (let index = splits.length - 1; index >= 0; index -= 1) {
      const split = splits[index]
      if (!split?.policy || split.policy.failbackAfterMs === 0) continue
      const one = find(before, index) ?? firstSeen(index, split)
      this.#look(one, split, split.policy)
      one.next = first
      first = one
    }
    if (first !== before && first) this.#splits.set(key, first)
    else if (before && !first) this.#splits.delete(key)
  }

  /** What is known of the time before now, for a split of the route by its position. */
  past(key: RouteKey, route: Route): (index: number) => Past | undefined {
    this.see(key, route)
    const now = this.#options.clock.now()
    return (index) => {
      const one = find(this.#splits.get(key), index)
      if (!one) return undefined
      const { goodSince, active, split } = one
      return {
        now,
        goodSince: (backend) => {
          const since = goodSince[backend] ?? Number.NaN
          return Number.isNaN(since) ? undefined : since
        },
        commitment: active && committedTo(split, active),
      }
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
      if (!verdict) continue
      const made = isKnown ? commitmentOf(verdict.split, verdict.decision) : undefined
      if (made && isSameOrder(one.split, verdict.split)) one.active = made.active
      else if (made || !isKnown) one.active = undefined
    }
  }

  /** A write turned out to be done after all, or was a standby's: the weights say what is committed to. */
  moved(key: RouteKey): void {
    for (const one of follow(this.#splits.get(key))) one.active = undefined
  }

  /** Another replica has led: the weights say what it committed to. */
  lead(): void {
    for (const key of this.#splits.keys()) this.moved(key)
  }

  #look(one: Remembered, split: Split, policy: Policy): void {
    const { clock, readiness } = this.#options
    if (one.split !== split) renew(one, split, policy)
    for (const [index, backend] of split.backends.entries()) {
      const isGood = hasEnoughToReturn(policy, knownOf(backend, readiness))
      if (!isGood) one.goodSince[index] = Number.NaN
      else if (Number.isNaN(one.goodSince[index])) one.goodSince[index] = clock.now()
    }
  }
}

const firstSeen = (index: number, split: Split): Remembered => ({
  index,
  split,
  goodSince: split.backends.map(() => Number.NaN),
  active: undefined,
  next: undefined,
})

function* follow(first: Remembered | undefined): Iterable<Remembered> {
  for (let one = first; one; one = one.next) yield one
}

function find(first: Remembered | undefined, index: number): Remembered | undefined {
  for (let one = first; one; one = one.next) if (one.index === index) return one
  return undefined
}

const committedTo = ({ policy }: Split, active: Commitment['active']): Commitment | undefined =>
  policy && { tier: tierOf(policy, active[0] ?? 0), active }

/** Takes the split as it is now: other tiers are committed to by the weights, and backends keep what they waited. */
function renew(one: Remembered, split: Split, policy: Policy): void {
  const { split: before, goodSince } = one
  // Since when as many were ready as are asked for now was not watched.
  const isMore = before.policy === undefined || asksMore(policy, before.policy)
  if (!isSameOrder(before, split)) one.active = undefined
  one.goodSince = split.backends.map((backend) => {
    const index = isMore ? -1 : before.backends.findIndex((other) => isSameBackend(backend, other))
    return goodSince[index] ?? Number.NaN
  })
  one.split = split
}

const asksMore = (one: Policy, other: Policy): boolean =>
  isStricter(one.minReady, other.minReady) ||
  isStricter(one.failbackMinReady ?? one.minReady, other.failbackMinReady ?? other.minReady)

const isSameBackend = (a: Backend, b: Backend | undefined): boolean =>
  a.service === b?.service && a.port === b.port

/** Equal tiers of equal backends, whatever their weights. */
function isSameOrder(a: Split, b: Split): boolean {
  if (a === b) return true
  const [some, others] = [a.policy?.tiers ?? [], b.policy?.tiers ?? []]
  return (
    a.backends.length === b.backends.length &&
    a.backends.every((backend, index) => isSameBackend(backend, b.backends[index])) &&
    some.length === others.length &&
    some.every(({ members }, tier) => String(members) === String(others[tier]?.members))
  )
}
