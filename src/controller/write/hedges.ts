import type { Clock } from '../../base/clock.ts'
import { hashOf } from '../../base/hash.ts'
import type { Result } from '../../base/result.ts'
import { Slots } from '../../base/slots.ts'
import { isNeeded } from '../../core/need.ts'
import { type KubeError, waitAskedBy } from '../../kube/errors.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { writeWithin } from '../../kube/lease/write-within.ts'
import type { BesideNow } from '../../readiness/read-now.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import { movedBetween } from '../../routes/moved.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'
import type { Hedging } from '../platform.ts'
import { type Confirm, freshMs } from './confirm.ts'
import { type Fights, weightsText } from './fights.ts'
import type { ReconcileOutcome } from './reconcile.ts'

export interface HedgesOptions {
  readonly clock: Clock
  readonly memory: RouteMemory
  readonly fights: Fights
  /** `undefined`: what is due is left to the leader. */
  readonly hedging: Hedging | undefined
  /** Whether this replica leads by now. */
  readonly leads: () => boolean
  readonly confirm: Confirm
  /** What readiness comes from besides the API server. */
  readonly beside: BesideNow
  /** Moves the weights of a route by this transport, in the name of a standby. */
  readonly write: (judged: Judged, transport: Transport) => Promise<Result<Route, KubeError>>
  /** Takes how each try ended: `written`, `unconfirmed`, or the kind of the error. */
  readonly onEnd: (kind: string, outcome: string) => void
}

/** A move that is needed and that the leader has not made. */
interface Wait {
  /** Since when this replica knows of it, or tried last (ms on the clock). */
  readonly since: number
  readonly ms: number
}

const longestWaitMs = 30_000
/**
 * Moves under way: each is some ten requests, so that more of them would take longer than what was read is
 * good for. Three replicas together ask less than one leader.
 */
const mostAtOnce = 4

/**
 * What a standby does about weights that are due: it leaves them to the leader. Only a move that is needed,
 * and that the leader does not make in time, it makes itself, if the API server confirms that it is needed.
 * While the leader moves any route it is at work, and its time begins again. Replicas do not begin at the
 * same moment, and each begins with another route.
 */
export class Hedges {
  readonly #options: HedgesOptions
  readonly #waits: Map<RouteKey, Wait>
  readonly #slots = new Slots(mostAtOnce)
  /** When the leader was last seen to move a route. */
  #leaderMovedAt = Number.NEGATIVE_INFINITY
  /** The API server asked for no request before (ms on the clock). */
  #askedUntil = Number.NEGATIVE_INFINITY
  /** The same, by the route for which it asked. */
  readonly #askedFor: Map<RouteKey, number>

  constructor(options: HedgesOptions) {
    this.#options = options
    this.#waits = options.memory.part()
    this.#askedFor = options.memory.part()
  }

  /** Takes each state of a route that becomes known, and the one before it. */
  see(before: Route | undefined, after: Route | undefined): void {
    if (movedBetween(before, after) === 'leader') this.#leaderMovedAt = this.#options.clock.now()
  }

  /** Nothing is due for the route. */
  rests(key: RouteKey): void {
    this.#waits.delete(key)
  }

  /**
   * For a replica that leads by now: until when the API server asked it, as a standby, to leave a route
   * alone.
   */
  askedUntil(key: RouteKey): number | undefined {
    const until = this.#askedFor.get(key)
    if (until === undefined || until > this.#options.clock.now()) return until
    this.#askedFor.delete(key)
    return undefined
  }

  /** This replica leads: it waits for no other. */
  forgetAll(): void {
    this.#waits.clear()
  }

  /** Something is due for a route: leaves it to the leader, or makes it. */
  readonly act = async (key: RouteKey, judged: Judged): Promise<ReconcileOutcome> => {
    const { clock, fights, hedging, leads } = this.#options
    const needed = neededOf(judged)
    if (!hedging || !needed) {
      this.rests(key)
      return { kind: 'left', ...judged }
    }
    const wait = this.#waits.get(key) ?? { since: clock.now(), ms: hedging.afterMs }
    this.#waits.set(key, wait)
    const plans = needed.verdicts.map(({ plan }) => plan)
    const at = this.#timeOf(key, wait, hedging)
    const lookAgainAt = at > clock.now() ? at : fights.waitsUntil(key, weightsText(judged.route, plans))
    if (lookAgainAt !== undefined) return { kind: 'left', ...judged, lookAgainAt }
    const written = await this.#slots.run(async () =>
      leads() ? ('leads' as const) : this.#hedge(key, needed, hedging),
    )
    // The leader makes it at once; moves that wait for room here would fail one after the other.
    if (written === 'leads') return { kind: 'left', ...judged, lookAgainAt: clock.now() }
    const next = { since: clock.now(), ms: Math.min(2 * wait.ms, longestWaitMs) }
    this.#waits.set(key, next)
    return written ?? { kind: 'left', ...judged, lookAgainAt: this.#timeOf(key, next, hedging) }
  }

  #timeOf(key: RouteKey, { since, ms }: Wait, { identity }: Hedging): number {
    const spread = (ms / 2) * fractionOf(`${identity} ${key}`)
    return Math.max(Math.max(since, this.#leaderMovedAt) + ms + spread, this.#askedUntil)
  }

  /** Makes a needed move if the API server says the same; `undefined` if it was not made. */
  async #hedge(key: RouteKey, needed: Judged, { transport }: Hedging): Promise<ReconcileOutcome | undefined> {
    const { clock, confirm, beside, write, onEnd } = this.#options
    const { kind } = needed.route
    const until = clock.now() + freshMs
    const confirmed = await confirm(needed, beside, neededOf)
    if (!confirmed.ok) return this.#failed(key, kind, confirmed.error)
    if (!confirmed.value) {
      onEnd(kind, 'unconfirmed')
      return undefined
    }
    const whileFresh = writeWithin(transport, () => until - clock.now())
    const answer = await write(confirmed.value, whileFresh)
    if (!answer.ok) return this.#failed(key, kind, answer.error)
    onEnd(kind, 'written')
    return { kind: 'hedged', ...confirmed.value, after: answer.value }
  }

  #failed(key: RouteKey, kind: string, error: KubeError): undefined {
    const { clock, onEnd } = this.#options
    const waitMs = waitAskedBy(error)
    this.#askedUntil = clock.now() + (waitMs ?? 0)
    if (waitMs !== undefined) this.#askedFor.set(key, this.#askedUntil)
    onEnd(kind, error.kind === 'notLeader' ? 'late' : error.kind)
    return undefined
  }
}

/** The same without the moves that are not needed; `undefined` if none is. */
function neededOf({ route, verdicts }: Judged): Judged | undefined {
  if (!verdicts.some(isNeeded)) return undefined
  return { route, verdicts: verdicts.map((one) => (isNeeded(one) ? one : { ...one, plan: [] })) }
}

/** A number in [0, 1) that is most probably another one for another text. */
const fractionOf = (text: string): number => hashOf(text) / 2 ** 32
