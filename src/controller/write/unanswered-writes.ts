import type { Clock } from '../../base/clock.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightOf } from '../../core/split.ts'
import type { Split } from '../../core/types.ts'
import { type KubeError, mayBeApplied } from '../../kube/errors.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import { isNextState } from '../../routes/moved.ts'
import { type Route, steeringAnnotations } from '../../routes/route.ts'
import type { Cause } from '../queue.ts'

/**
 * A write that is known too late to have been applied: what it was for, and the route once it was applied.
 */
export interface LateWrite extends Judged {
  readonly cause: Cause
  readonly after: Route
}

/** One write with all of its tries. */
interface Write {
  readonly judged: Judged
  readonly cause: Cause
  /** The splits as they are if it is applied. */
  readonly expected: readonly Split[]
  /** When it was tried last. */
  at: number
  /** It was tried without an answer, whatever further tries are answered. */
  unanswered: boolean
  /** The route as it was seen once it was applied; absent while it was not seen. */
  after: Route | undefined
  /** No other replica can have made `after` what it is. */
  isOurs: boolean
}

export interface UnansweredWritesOptions {
  readonly clock: Clock
  /**
   * Whether this process is the one that writes: then all that it has seen was written while no other was.
   */
  readonly leads: () => boolean
}

/** After this nothing is applied any more: longer than an API server works on a request (a minute). */
const longestMs = 75_000
/** So many different writes to one state of a route are remembered: each of them needs another decision. */
const mostWrites = 16

/**
 * Writes that are under way or were never answered. One whose answer was lost may have been applied: the
 * watch shows it, and only then is it known. That another is refused, or a second try, says nothing about the
 * first, which may be what it is refused for.
 *
 * A replica that has lost the lead remembers them. What it sees land then is reported once it leads again,
 * unless another may have led meanwhile: that one decides alike, and may have written the same.
 *
 * They are no part of the `RouteMemory`: a write that landed must be reported even if its route has gone
 * since.
 *
 * All writes of a route that are open began from the same state of it, and the server applies a write only to
 * the state that it began from. So at most one of them lands, and the next state shows which.
 */
export class UnansweredWrites {
  readonly #options: UnansweredWritesOptions
  readonly #open = new Map<RouteKey, readonly Write[]>()

  constructor(options: UnansweredWritesOptions) {
    this.#options = options
  }

  /** A write to a route is tried. Pass the result to `end`. The leader calls `takeLate` first. */
  begin(key: RouteKey, judged: Judged, cause: Cause): Write {
    const expected = judged.verdicts.map(({ split, plan }) => applyPlan(split, plan))
    const at = this.#options.clock.now()
    const open = this.#open.get(key) ?? []
    const landed = open.filter(({ after }) => after)
    const others = open.filter(
      (one) => !one.after && isSameState(one.judged.route, judged.route) && !this.#isOver(one),
    )
    const again = others.find(
      (one) => areSame(one.expected, expected) && areSteeredAlike(one.judged.route, judged.route),
    )
    const fresh = { judged, cause, expected, at, unanswered: false, after: undefined, isOurs: false }
    const write: Write = again ?? fresh
    write.at = at
    const tried = [...others.filter((one) => one !== write), write]
    this.#keep(key, [...landed, ...tried.slice(-mostWrites)])
    return write
  }

  /** The server has answered, or has not: `undefined` for yes. */
  end(key: RouteKey, write: Write, error: KubeError | undefined): void {
    if (error && mayBeApplied(error)) write.unanswered = true
    if (error && write.unanswered) return
    const open = this.#open.get(key) ?? []
    // Where this one was applied, no other was.
    this.#keep(key, error ? open.filter((one) => one !== write) : [])
  }

  /** A write to the route is under way, or was not answered. */
  isOpen(key: RouteKey): boolean {
    return this.#open.has(key)
  }

  /** Takes each state of the route that becomes known; `undefined` when it is gone. */
  see(key: RouteKey, now: Route | undefined): void {
    const open = this.#open.get(key)
    if (!open || open.some(({ after }) => after)) return
    if (now && open.some(({ judged }) => isSameState(judged.route, now))) return
    // What a standby wrote is not our write, however much it looks like it.
    const landed =
      now &&
      now.movedBy !== 'standby' &&
      writerOf(
        open.filter((one) => !this.#isOver(one) && isResultOf(one, now)),
        now,
      )
    if (landed) {
      landed.after = now
      landed.isOurs = this.#options.leads()
    }
    this.#keep(key, landed ? [landed] : [])
  }

  /** The write of ours to this route that was applied and not answered, once that is certain. Once. */
  takeLate(key: RouteKey): LateWrite | undefined {
    const { leads } = this.#options
    const landed = this.#open.get(key)?.find(({ after, isOurs }) => after && (isOurs || leads()))
    if (!landed?.after) return undefined
    this.#open.delete(key)
    return { ...landed.judged, cause: landed.cause, after: landed.after }
  }

  /** Routes with a late write that was not taken. */
  *lateKeys(): Iterable<RouteKey> {
    for (const [key, open] of this.#open) if (open.some(({ after }) => after)) yield key
  }

  /** Another may have made the same writes by now: what is not known to be ours never will be. */
  forget(): void {
    for (const [key, open] of this.#open)
      this.#keep(
        key,
        open.filter(({ isOurs }) => isOurs),
      )
  }

  #isOver({ at }: Write): boolean {
    return this.#options.clock.now() - at > longestMs
  }

  #keep(key: RouteKey, writes: readonly Write[]): void {
    if (writes.length > 0) this.#open.set(key, writes)
    else this.#open.delete(key)
  }
}

/** The same object with the same spec: whatever else has changed, the same write to it may be applied. */
const isSameState = (a: Route, b: Route): boolean =>
  a.uid === b.uid && a.generation === b.generation && areSame(a.splits, b.splits)

/** Exactly one change of the spec is between them, and it is the one that was asked for. */
const isResultOf = ({ judged: { route }, expected }: Write, now: Route): boolean =>
  isNextState(route, now) && areSame(expected, now.splits)

/** Of writes that leave the same weights the server applies the one that saw the annotations as they are. */
const writerOf = (alike: readonly Write[], now: Route): Write | undefined =>
  alike.find(({ judged }) => areSteeredAlike(judged.route, now)) ?? alike.at(-1)

const areSteeredAlike = (a: Route, b: Route): boolean =>
  steeringAnnotations.every((key) => a.annotations?.[key] === b.annotations?.[key])

const areSame = (expected: readonly Split[], splits: readonly Split[]): boolean =>
  expected.every((split, index) => isSame(split, splits[index]))

function isSame(a: Split, b: Split | undefined): boolean {
  const parts = (split: Split) =>
    split.backends.map((backend) => [backend.service, weightOf(split, backend)].join(' '))
  return b !== undefined && parts(a).join() === parts(b).join()
}
