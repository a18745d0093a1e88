import type { Clock } from '../base/clock.ts'
import { judgeSplit, type Verdict } from '../core/judge.ts'
import { applyPlan } from '../core/plan.ts'
import { isHeldBack } from '../core/policy/limits.ts'
import { isSharedAlike, shadowOf } from '../core/policy/shadow.ts'
import { unknownBecause } from '../core/readiness.ts'
import { haveSameBackends } from '../core/split.ts'
import type { ReadinessOf, Split } from '../core/types.ts'
import type { Judged } from '../routes/judge.ts'
import type { RouteKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'
import type { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'
import { predecessorsOf } from './predecessors.ts'
import type { ClusterWatch } from './watch/cluster-watch.ts'

export interface DryRunsOptions {
  readonly clock: Clock
  readonly memory: RouteMemory
  readonly readiness: ReadinessOf
  readonly circumstances: ClusterWatch['circumstances']
  /** What is remembered of the routes as they are. */
  readonly policies: Pick<PolicyMemory, 'copyFor'>
  /** Takes each look at a route: how it would be, and what would move now that does not really. */
  readonly onLook: (key: RouteKey, would: Judged, after: Route, moves: readonly Verdict[]) => void
}

/**
 * How routes would be if no policy were a DryRun: each with the weights that it would have, and with a memory of its own.
 * Nothing is kept of a route that no DryRun concerns, and nothing real depends on it.
 */
export class DryRuns {
  readonly #options: DryRunsOptions
  readonly #policies: PolicyMemory
  readonly #worlds: Map<RouteKey, World>

  constructor(options: DryRunsOptions) {
    const { policies: like, ...others } = options
    this.#options = options
    // A status says what was lost really.
    const losses = { today: () => options.clock.wallTime().getTime(), recall: () => undefined }
    this.#policies = new PolicyMemory({ ...others, like, losses })
    this.#worlds = options.memory.part()
  }

  /** Must be called with each change of the route, or of the endpoints behind it. */
  see(key: RouteKey, route: Route): void {
    const world = this.#worldOf(key, route)
    if (world) this.#policies.see(key, world.would)
  }

  /** Takes what was made of a route really; answers when to look again (ms on the clock) though nothing changes. */
  look(key: RouteKey, real: Judged, after: Route): number | undefined {
    const { clock, circumstances, onLook } = this.#options
    const world = this.#worldOf(key, real.route)
    if (!world) {
      onLook(key, real, after, [])
      return undefined
    }
    const past = this.#policies.past(key, world.would)
    const today = clock.wallTime().getTime()
    const verdicts = real.verdicts.map((verdict, index) => {
      const split = world.shadows.has(index) ? world.would.splits[index] : undefined
      const around = { ...circumstances(real.route), past: past(index), today }
      return split ? judgeSplit(split, readinessIn(split, verdict), around) : verdict
    })
    const would = { route: world.would, verdicts }
    const moved = { ...world.would, splits: verdicts.map(({ split, plan }) => applyPlan(split, plan)) }
    this.#policies.decided(key, { kind: 'written', ...would, after: moved })
    const moves = [...world.shadows].flatMap((index) => {
      const [one, other] = [verdicts[index], real.verdicts[index]]
      return one && other && one.plan.length > 0 && !isMadeToo(one, other) ? [one] : []
    })
    this.#keep(key, world, verdicts)
    onLook(key, would, moved, moves)
    const times = [...world.shadows].flatMap((index) => verdicts[index]?.wakeAt ?? [])
    return times.length > 0 ? Math.min(...times) : undefined
  }

  /** What would be written is so at once; a pause leaves the weights to who writes them. */
  #keep(key: RouteKey, { real, would, shadows }: World, verdicts: readonly Verdict[]): void {
    const splits = would.splits.map((split, index) => {
      const verdict = verdicts[index]
      if (!verdict || !shadows.has(index)) return split
      if (verdict.decision.state === 'paused') return shadowOf(real.splits[index] ?? split) ?? split
      return verdict.plan.length > 0 ? applyPlan(split, verdict.plan) : split
    })
    if (splits.some((split, index) => split !== would.splits[index]))
      this.#worlds.set(key, { real, shadows, would: { ...would, splits } })
  }

  #worldOf(key: RouteKey, real: Route): World | undefined {
    const before = this.#worlds.get(key)
    if (before?.real === real) return before
    const world = isConcerned(real) ? worldOf(real, before) : undefined
    if (world) this.#worlds.set(key, world)
    else if (before) this.#worlds.delete(key)
    return world
  }
}

/** A route as it is, and as it would be; `shadows`: the positions of the splits that would be others. */
interface World {
  readonly real: Route
  readonly would: Route
  readonly shadows: ReadonlySet<number>
}

const isConcerned = ({ splits }: Route): boolean =>
  splits.some(({ shadow, shadowProblem }) => shadow !== undefined || shadowProblem !== undefined)

/** A split keeps the weights that it would have as long as it has the same backends, wherever it is. */
function worldOf(real: Route, before: World | undefined): World {
  const shadows = new Set<number>()
  const known = [...(before?.shadows ?? [])].flatMap((index) => {
    const split = before?.would.splits[index]
    return split ? { index, split } : []
  })
  const splits = real.splits.map((split, index): Split => {
    const [one] = predecessorsOf(known, real.splits, index)
    const isSame = one !== undefined && haveSameBackends(one.split, split)
    const weights = isSame ? one.split.backends.map(({ weight }) => weight) : undefined
    const shadow = shadowOf(split, weights)
    if (shadow) shadows.add(index)
    return shadow ?? { ...split, policy: undefined }
  })
  return { real, shadows, would: { ...real, splits } }
}

/** Both go the same way at the same moment, or would if there were no limits: there is nothing to report. */
const isMadeToo = (would: Verdict, real: Verdict): boolean =>
  isSharedAlike(would.split, real.split) &&
  (isHeldBack(real) ||
    (real.plan.length > 0 &&
      isSharedAlike(applyPlan(would.split, would.plan), applyPlan(real.split, real.plan))))

/** Both are decided by the same readiness. */
const readinessIn =
  ({ backends }: Split, { readiness }: Verdict): ReadinessOf =>
  (backend) =>
    readiness[backends.indexOf(backend)] ?? unknownBecause(`${backend.service} is not known`)
