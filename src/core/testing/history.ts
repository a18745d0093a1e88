import { judgeSplit, type Verdict } from '../judge.ts'
import { applyPlan } from '../plan.ts'
import { commitmentOf } from '../policy/tiers.ts'
import type { Commitment } from '../policy/types.ts'
import { type Readiness, readinessOf, type Split } from '../types.ts'
import { drainedIn, isAsked, readinessIn, splitIn, type World } from './worlds.ts'

/** A write, and what was known and drained then. */
export interface Written extends Pick<World, 'known' | 'drained'> {
  readonly before: Split
  readonly after: Split
}

/**
 * A world in which time passes: what is remembered of a split from look to look, and what is written. After
 * `settled` each change is looked at when it comes, and each wait when it ends; nothing else is looked at.
 */
export class History {
  readonly written: Written[] = []
  /** From when to when a backend was good enough to get traffic back, as far as the operator knew; added when that has ended. */
  readonly goodRuns: { readonly backend: number; readonly from: number; readonly to: number }[] = []
  split: Split
  now = 5000
  known: World['known']
  drained: World['drained']
  readonly #world: World
  readonly #goodSince: (number | undefined)[]
  #commitment: Commitment | undefined

  constructor(world: World) {
    this.#world = world
    this.split = splitIn(world)
    this.known = world.known
    this.drained = world.drained
    this.#goodSince = world.since.map((since, backend) => (this.isGood(backend) ? since : undefined))
  }

  /** The same after its first look. */
  settled(): this {
    this.look()
    this.written.length = 0
    return this
  }

  isGood(backend: number): boolean {
    const known = this.known[backend]
    const { minReady = { count: 1 }, failbackMinReady = minReady } = this.#world.policy ?? {}
    return isAsked(known, minReady) && isAsked(known, failbackMinReady)
  }

  hasWeight = (backend: number): boolean => (this.split.backends[backend]?.weight ?? 0) > 0

  /** What a look at a moment would make of the split, if nothing changed until then. */
  judgeAt(now: number): Verdict {
    const { services, policy } = this.#world
    const past = {
      now,
      goodSince: (backend: number) => this.#goodSince[backend],
      commitment: this.#commitment,
    }
    return judgeSplit(this.split, readinessIn({ services, known: this.known }), {
      // As the operator, it remembers nothing of a split that never waits.
      past: policy && policy.failbackAfterMs > 0 ? past : undefined,
      drained: drainedIn({ services, drained: this.drained }),
    })
  }

  look(): Verdict {
    const verdict = this.judgeAt(this.now)
    this.#commitment = commitmentOf(verdict.split, verdict.decision) ?? this.#commitment
    if (verdict.plan.length === 0) return verdict
    const { known, drained } = this
    const before = verdict.split
    const after = applyPlan(before, verdict.plan)
    this.split = applyPlan(this.split, verdict.plan)
    this.written.push({ before, after, known, drained })
    return verdict
  }

  /** Lets so many milliseconds pass. */
  pass(ms: number): void {
    const until = this.now + ms
    for (let at = this.#wakeAt(); at !== undefined && at <= until; at = this.#wakeAt()) {
      if (at <= this.now) throw new Error(`at ${this.now} it is to be looked at again at ${at}`)
      this.now = at
      this.look()
    }
    this.now = until
  }

  turn(backend: number, readiness: Readiness): void {
    this.known = this.known.with(backend, readiness)
    if (!this.isGood(backend)) this.#endRun(backend)
    else this.#goodSince[backend] ??= this.now
    this.look()
  }

  drain(backend: number, drained: World['drained'][number]): void {
    this.drained = this.drained.with(backend, drained)
    this.look()
  }

  /** Another client writes weights. */
  overwrite(weights: readonly number[]): void {
    const backends = this.split.backends.map((backend, index) => ({ ...backend, weight: weights[index] }))
    this.split = { ...this.split, backends }
    this.look()
  }

  /** A standby takes over: it knows since when backends are good, and reads from the weights who serves. */
  handOver(): void {
    this.#commitment = undefined
    this.look()
  }

  /** For all that a new process knows, what is good has just become so. */
  restart(): void {
    for (const [backend] of this.known.entries()) {
      this.#endRun(backend)
      if (this.isGood(backend)) this.#goodSince[backend] = this.now
    }
    this.handOver()
  }

  /** All losses and drains end: as many are ready as any threshold asks for. */
  recover(): void {
    this.drained = this.drained.map(() => 'no')
    for (const [backend] of this.known.entries()) this.turn(backend, readinessOf(6, 6))
    this.look()
  }

  #endRun(backend: number): void {
    const from = this.#goodSince[backend]
    if (from !== undefined) this.goodRuns.push({ backend, from, to: this.now })
    this.#goodSince[backend] = undefined
  }

  #wakeAt = (): number | undefined => this.judgeAt(this.now).wakeAt
}
