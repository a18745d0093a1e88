import { gaining, heldBack, isChosen, isChosenAway } from '../../core/policy/limits.ts'
import type { Limits } from '../../core/policy/types.ts'
import type { ServiceKey } from '../../core/types.ts'
import { localCluster } from '../../policies/drain.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import { assessMs, MassEvents, type MassEventsOptions } from './mass-events.ts'
import { Turns } from './turns.ts'

export interface BrakeOptions extends MassEventsOptions {
  /** The limits that apply now, the same object until they are others. */
  readonly limits: () => Limits | undefined
  /** The cluster that a Service is mirrored from; `undefined` for one of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
  /** Called with the cluster to which a move has to wait, once for each move. */
  readonly onLimited: (target: string) => void
}

/** What may be written of a route now, and when to look again (ms on the clock) for the rest. */
export interface Braked {
  readonly judged: Judged
  readonly lookAgainAt?: number
}

/** When it is the turn of a route (ms on the clock), and the clusters to which it moves. */
interface Waiting {
  readonly at: number
  readonly targets: ReadonlySet<string>
}

/** A held route is looked at so often (ms), though nothing changes. */
const heldLookMs = 60_000

/** Holds up moves that are not needed, as the limits of a policy of the Mesh ask; others pass uncounted. For the leader. */
export class Brake {
  readonly #options: BrakeOptions
  readonly #mass: MassEvents
  readonly #turns = new Turns()
  readonly #waiting: Map<RouteKey, Waiting>
  #limits: Limits | undefined

  constructor(options: BrakeOptions) {
    this.#options = options
    this.#mass = new MassEvents(options)
    this.#waiting = options.memory.part((_, { targets }) => this.#turns.leaves(targets, options.clock.now()))
  }

  /** A mass event is held. */
  get isHeld(): boolean {
    return this.#mass.isHeld
  }

  /** Must be asked before each write of the leader; what it lets pass is taken for written. */
  take(key: RouteKey, judged: Judged): Braked {
    const limits = this.#current()
    if (!limits || !judged.verdicts.some(isChosen)) {
      this.rests(key)
      return { judged }
    }
    const held = this.#heldByMass(key, judged, limits) ?? this.#limited(key, judged, limits)
    if (held === undefined && judged.verdicts.some(isChosenAway)) this.#mass.went(key)
    return held ?? { judged }
  }

  /** Must be called with each look at a route that wants no move. */
  rests(key: RouteKey): void {
    this.#current()
    this.#leave(key)
    this.#mass.rests(key)
  }

  /** Another replica leads, or this one does again. */
  forgetAll(): void {
    this.#waiting.clear()
    this.#turns.forgetAll()
    this.#mass.forgetAll()
  }

  stop(): void {
    this.#mass.stop()
  }

  #current(): Limits | undefined {
    const limits = this.#options.limits()
    if (limits !== this.#limits) this.forgetAll()
    this.#limits = limits
    return limits
  }

  #heldByMass(key: RouteKey, judged: Judged, { stopAtPercent }: Limits): Braked | undefined {
    if (stopAtPercent === undefined || !judged.verdicts.some(isChosenAway)) {
      this.#mass.rests(key)
      return undefined
    }
    const now = this.#options.clock.now()
    const since = this.#mass.ask(key, stopAtPercent)
    if (since === 'held') return hold(judged, 'MassEvent', undefined, now + heldLookMs)
    const at = since + assessMs
    return at > now ? hold(judged, 'Limited', at, at) : undefined
  }

  #limited(key: RouteKey, judged: Judged, { movesPerSecond }: Limits): Braked | undefined {
    if (movesPerSecond === undefined) return undefined
    const { clock, onLimited } = this.#options
    const now = clock.now()
    const targets = this.#targetsOf(judged)
    const before = this.#waiting.get(key)
    const known = before && String([...before.targets]) === String([...targets]) ? before : undefined
    const at = known?.at ?? this.#turns.take(targets, movesPerSecond, now)
    if (!known || at <= now) this.#leave(key)
    if (at <= now) return undefined
    if (!known) {
      for (const target of targets) onLimited(target)
      this.#turns.waits(targets)
      this.#waiting.set(key, { at, targets })
    }
    return hold(judged, 'Limited', at, at)
  }

  #leave(key: RouteKey): void {
    const waiting = this.#waiting.get(key)
    if (!waiting) return
    this.#waiting.delete(key)
    this.#turns.leaves(waiting.targets, this.#options.clock.now())
  }

  #targetsOf({ verdicts }: Judged): ReadonlySet<string> {
    const services = verdicts
      .filter(isChosen)
      .flatMap((verdict) => gaining(verdict).flatMap((index) => verdict.split.backends[index]?.service ?? []))
    return new Set(services.map((service) => this.#options.clusterOf(service) ?? localCluster).sort())
  }
}

/** Its chosen moves are held; what is needed is written. */
function hold(
  { route, verdicts }: Judged,
  rule: Parameters<typeof heldBack>[1],
  at: number | undefined,
  lookAgainAt: number,
): Braked {
  const held = verdicts.map((verdict) => (isChosen(verdict) ? heldBack(verdict, rule, at) : verdict))
  return { judged: { route, verdicts: held }, lookAgainAt }
}
