import { judgeSplit, type Verdict } from '../judge.ts'
import { applyPlan } from '../plan.ts'
import { lostAfter } from '../policy/lost.ts'
import { needsMemory } from '../policy/patience.ts'
import { commitmentBy } from '../policy/standing.ts'
import { commitmentOf } from '../policy/tiers.ts'
import type { Commitment, Lost } from '../policy/types.ts'
import { type Readiness, readinessOf, type Split } from '../types.ts'
import { drainedIn, isAsked, readinessIn, splitIn, type World } from './worlds.ts'

/** A write, and what was known and drained then. */
export interface Written extends Pick<World, 'known' | 'drained'> {
  readonly at: number
  readonly before: Split
  readonly after: Split
}

/** What was committed to another tier (index), whatever the weights were. */
export interface Move extends Pick<Written, 'at' | 'known' | 'drained' | 'before'> {
  readonly from: number
  readonly to: number
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
  /** Each look that moved what is committed to another tier. */
  readonly moves: Move[] = []
  approvedAt: number | undefined
  readonly #world: World
  readonly #goodSince: (number | undefined)[]
  /** Since when a backend is bad that was seen good before; -Infinity if its grace is spent. */
  #badSince: (number | undefined)[]
  #failovers = 0
  #onFirstSince: number | undefined
  #commitment: Commitment | undefined
  /** As the status of the policy has it. */
  #lost: Lost | undefined
  /** The tier that served by the last look. */
  #tier: number | undefined

  constructor(world: World) {
    this.#world = world
    this.split = splitIn(world)
    this.known = world.known
    this.drained = world.drained
    this.#goodSince = world.since.map((since, backend) => (this.isGood(backend) ? since : undefined))
    this.#badSince = this.known.map((_, backend) => this.#badAtFirst(backend))
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
    const { approvedAt } = this
    const split = policy?.isManual
      ? { ...this.split, policy: approvedAt === undefined ? policy : { ...policy, approvedAt } }
      : this.split
    const past = {
      now,
      goodSince: (backend: number) => this.#goodSince[backend],
      badSince: (backend: number) => this.#badSince[backend],
      failovers: this.#failovers,
      commitment: this.#commitment,
      lost: this.#lost,
    }
    return judgeSplit(split, readinessIn({ services, known: this.known }), {
      // As the operator, it remembers nothing of a split that never waits.
      past: policy && needsMemory(policy) ? past : undefined,
      drained: drainedIn({ services, drained: this.drained }),
      today: now,
    })
  }

  look(): Verdict {
    this.#spend(this.known.map((_, backend) => this.#graceIsOver(backend)))
    const verdict = this.judgeAt(this.now)
    const { decision } = verdict
    if (decision.kind !== 'hold')
      this.#spend(this.known.map((_, backend) => !decision.active.includes(backend)))
    this.#count(verdict)
    this.#lose(verdict)
    this.#commitment = commitmentOf(verdict.split, verdict.decision) ?? this.#commitment
    if (verdict.plan.length === 0) return verdict
    const { known, drained } = this
    const before = verdict.split
    const after = applyPlan(before, verdict.plan)
    this.split = applyPlan(this.split, verdict.plan)
    this.written.push({ at: this.now, before, after, known, drained })
    return verdict
  }

  /** A person approves a return from all that was lost before now. */
  approve(): void {
    this.approvedAt = this.now
    this.look()
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
    if (readiness.state !== 'unknown')
      this.#badSince[backend] = this.#isEnough(backend) ? undefined : (this.#badSince[backend] ?? this.now)
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
      this.#badSince[backend] = this.#badAtFirst(backend)
    }
    this.#failovers = 0
    this.#onFirstSince = undefined
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

  #isEnough(backend: number): boolean {
    return isAsked(this.known[backend], this.#world.policy?.minReady ?? { count: 1 })
  }

  #badAtFirst(backend: number): number | undefined {
    return this.#isEnough(backend) ? undefined : Number.NEGATIVE_INFINITY
  }

  #graceIsOver(backend: number): boolean {
    const { failoverAfterMs = 0, failoverWhenDownMs = 0 } = this.#world.policy ?? {}
    const state = this.known[backend]?.state
    const graceMs = state === 'down' ? failoverWhenDownMs : Math.max(failoverAfterMs, failoverWhenDownMs)
    return state !== 'unknown' && (this.#badSince[backend] ?? this.now) + graceMs <= this.now
  }

  #spend(spent: readonly boolean[]): void {
    this.#badSince = this.#badSince.map((since, backend) =>
      since !== undefined && spent[backend] ? Number.NEGATIVE_INFINITY : since,
    )
  }

  #count({ split, decision, plan }: Verdict): void {
    const { policy } = split
    const to = commitmentOf(split, decision)?.tier
    if (policy === undefined || to === undefined) return
    const from = this.#commitment?.tier ?? commitmentBy(split, policy).tier
    const served = this.#onFirstSince === undefined ? 0 : this.now - this.#onFirstSince
    if (plan.length > 0 && to > from)
      this.#failovers = (served >= 10 * policy.failbackAfterMs ? 0 : this.#failovers) + 1
    this.#onFirstSince = to === 0 ? (this.#onFirstSince ?? this.now) : undefined
  }

  #lose(verdict: Verdict): void {
    const { now, known, drained, split } = this
    const to = commitmentOf(verdict.split, verdict.decision)
    const { policy } = verdict.split
    if (!to || !policy) return
    const from = this.#tier ?? commitmentBy(split, policy).tier
    if (policy.isManual) this.#lost = lostAfter(this.#lost, { verdict, from, to, today: now })
    this.#tier = to.tier
    if (from !== to.tier) this.moves.push({ at: now, from, to: to.tier, known, drained, before: split })
  }

  #wakeAt = (): number | undefined => this.judgeAt(this.now).wakeAt
}
