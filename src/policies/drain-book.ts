import { type Clock, timeOfDayLookMs } from '../base/clock.ts'
import type { DrainedOf } from '../core/policy/drained.ts'
import type { ServiceKey } from '../core/types.ts'
import type { Drain, DrainSpec } from './drain.ts'
import { DrainIndex, type DrainScope, isInEffect, targetKey, targetsOf } from './drain-index.ts'
import { NextTurn } from './next-turn.ts'

export interface DrainBookOptions {
  readonly clock: Clock
  readonly scope: DrainScope
  /**
   * Called when other backends are drained than before; `concerns` says whether a Service is one of them, for
   * the routes of a namespace.
   */
  readonly onChange: (concerns: (namespace: string, service: ServiceKey) => boolean) => void
}

/** What was deleted, or takes out less than before. */
interface Ending {
  readonly drain: Drain
  /** On the clock. */
  readonly endsAt: number
}

/**
 * So long (ms) a Drain that was deleted keeps traffic away, so that one who creates it again moves nothing.
 */
const lingerMs = 10_000

/**
 * All Drains, and which of them are in effect: they end by a time of the wall clock, and some time after they
 * are deleted.
 */
export class DrainBook {
  readonly #options: DrainBookOptions
  readonly #turn: NextTurn
  readonly #drains = new Map<string, Drain>()
  readonly #endings = new Map<string, Ending>()
  #inEffect: ReadonlyMap<string, Drain> = new Map()
  #index: DrainIndex
  #isSure = true

  constructor(options: DrainBookOptions) {
    this.#options = options
    this.#turn = new NextTurn(options.clock, () => this.#look())
    this.#index = new DrainIndex([], options.scope)
  }

  /** Takes each state of a Drain (`namespace/name`) that becomes known; `undefined` when it is gone. */
  see(key: string, after: Drain | undefined): void {
    const { clock } = this.#options
    const before = this.#drains.get(key)
    if (after)
      this.#drains.set(key, isSameSpec(before?.spec, after.spec) ? { ...after, spec: before?.spec } : after)
    else this.#drains.delete(key)
    const now = clock.wallTime().getTime()
    if (before?.spec && isInEffect(before, now) && !(after && covers(after, before.spec, now))) {
      const spec = { ...before.spec, lastResort: 'Allow' as const }
      const ending = { drain: { ...before, spec }, endsAt: clock.now() + lingerMs }
      this.#endings.set(`${key} ${before.uid} ${before.generation}`, ending)
    }
    this.#turn.makeDue()
  }

  /**
   * False while it is not certain that a Drain that is not there was deleted on purpose: the server cannot be
   * read, or does not serve the kind. Nothing ends by that meanwhile. Once it is certain, the time begins
   * again.
   */
  setSure(isSure: boolean): void {
    if (this.#isSure === isSure) return
    this.#isSure = isSure
    const endsAt = this.#options.clock.now() + lingerMs
    if (isSure) for (const [key, { drain }] of this.#endings) this.#endings.set(key, { drain, endsAt })
    this.#turn.makeDue()
  }

  /** Drains that are in effect although they are not in the cluster any more. */
  kept(): readonly Drain[] {
    this.#turn.lookIfDue()
    return [...this.#inEffect].flatMap(([id, drain]) => (this.#endings.has(id) ? [drain] : []))
  }

  /** Every Drain of the cluster. */
  all(): Iterable<Drain> {
    return this.#drains.values()
  }

  /** A Drain of the cluster by `namespace/name`. */
  get(key: string): Drain | undefined {
    return this.#drains.get(key)
  }

  /** What is drained for the routes of a namespace; `undefined` if no Drain is for them. */
  of(namespace: string): DrainedOf | undefined {
    this.#turn.lookIfDue()
    return this.#inEffect.size === 0 ? undefined : this.#index.of(namespace)
  }

  /** The Drains in effect that take a Service out for the routes of a namespace. */
  drainsOf(namespace: string, service: ServiceKey): readonly Drain[] {
    this.#turn.lookIfDue()
    return this.#inEffect.size === 0 ? [] : this.#index.drainsOf(namespace, service)
  }

  /** Wakes up no more, whatever it hears. */
  stop(): void {
    this.#turn.stop()
  }

  #look(): void {
    const { scope, onChange } = this.#options
    const before = this.#inEffect
    const now = this.#drainsInEffect()
    this.#turn.lookAfter(this.#untilNextEnd())
    const changed = new Set<string>()
    for (const [some, others] of [
      [before, now],
      [now, before],
    ] as const)
      for (const [id, drain] of some)
        if (others.get(id)?.spec !== drain.spec)
          for (const target of drain.spec?.from ?? [])
            changed.add(targetKey(drain, target, scope.rootNamespace))
    if (changed.size === 0) return
    this.#inEffect = now
    this.#index = new DrainIndex(now.values(), scope)
    onChange((namespace, service) =>
      targetsOf(namespace, service, scope.placeOf(service)).some((key) => changed.has(key)),
    )
  }

  #drainsInEffect(): ReadonlyMap<string, Drain> {
    const { clock } = this.#options
    const now = clock.wallTime().getTime()
    for (const [id, { drain, endsAt }] of this.#endings)
      if ((this.#isSure && endsAt <= clock.now()) || !isInEffect(drain, now)) this.#endings.delete(id)
    const drains: [string, Drain][] = [...this.#drains]
    for (const [id, { drain }] of this.#endings) drains.push([id, drain])
    return new Map(drains.filter(([, drain]) => isInEffect(drain, now)))
  }

  /** How long (ms) until a Drain ends, or until the time of day may have jumped past an end. */
  #untilNextEnd(): number | undefined {
    if (this.#drains.size + this.#endings.size === 0) return undefined
    const { clock } = this.#options
    const now = clock.wallTime().getTime()
    const drains = [...this.#drains.values(), ...[...this.#endings.values()].map(({ drain }) => drain)]
    const ends = drains.flatMap(({ spec }) => (spec && spec.until > now ? spec.until - now : []))
    const endings = [...this.#endings.values()].map(({ endsAt }) => Math.max(0, endsAt - clock.now()))
    return Math.min(timeOfDayLookMs, ...ends, ...(this.#isSure ? endings : []))
  }
}

const isSameSpec = (a: DrainSpec | undefined, b: DrainSpec | undefined): boolean =>
  a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b)

/** Whether a Drain takes out, now, all that one of before did. */
function covers(after: Drain, before: DrainSpec, now: number): boolean {
  const targets = new Set(after.spec?.from.map((target) => JSON.stringify(target)))
  return isInEffect(after, now) && before.from.every((target) => targets.has(JSON.stringify(target)))
}
