import type { Process } from '../engine/process.ts'
import { slackMs } from '../story/quiet-waits.ts'
import { wrongAtRest } from './at-rest.ts'
import type { Facts } from './facts.ts'
import type { Route } from './read-route.ts'
import { type Returns, raised } from './returns.ts'
import { type Split, textOf, weightsOf } from './table.ts'
import type { Rule } from './violation.ts'

/** What is known of a route from its changes. */
interface Seen {
  readonly route: Route | undefined
  /** The operator wrote it last. */
  readonly isWritten: boolean
  /** When somebody else changed it last (virtual ms). */
  readonly changedAt: number
  /** As the operator had written it, if that change raised weights in it. */
  readonly written?: Route | undefined
}

/** Judges waits while nothing happens that a replica may learn late, or never. */
export class QuietWaits {
  readonly #facts: Facts
  readonly #returns: Returns
  readonly #seen = new Map<string, Seen>()

  constructor(facts: Facts, returns: Returns) {
    this.#facts = facts
    this.#returns = returns
  }

  /** Must be called after each change of a route, once `facts` and `returns` have it. */
  changed(key: string, byOperator: boolean, now: number): void {
    const before = this.#seen.get(key)
    const route = this.#facts.route(key).now
    const changedAt = byOperator ? (before?.changedAt ?? now) : now
    const written = !byOperator && before?.isWritten ? before.route : undefined
    this.#seen.set(key, { route, isWritten: byOperator, changedAt, written })
  }

  /** What is wrong with a wait now. It takes a leader that has lived since before the wait. */
  judge({ bornAt }: Process, now: number): readonly [Rule, string] | undefined {
    for (const [key, { splits }] of this.#facts.ours()) {
      const seen = this.#seen.get(key)
      for (const [place, split] of seen ? splits.entries() : []) {
        const since = Math.max(bornAt, seen?.changedAt ?? now)
        const wrong =
          this.#late(key, split, since, now) ?? this.#notUndone(key, { place, split, bornAt, seen, now })
        if (wrong) return wrong
      }
    }
    return undefined
  }

  /** All that is ready has waited for long enough, and a while besides, also since `since`. */
  #late(key: string, split: Split, since: number, now: number): readonly [Rule, string] | undefined {
    const { order, backends } = split
    if (!order || order.waitMs === 0) return undefined
    const isOver = (from: number) => now - from >= order.waitMs + slackMs
    const isReadyFor = (called: string) => isOver(this.#returns.readySince(called, order) ?? since)
    if (!isOver(since) || !backends.every(({ called }) => isReadyFor(called))) return undefined
    const wrong = wrongAtRest(key, [split], (called) => this.#facts.now(called, ''))
    return wrong && ['late', wrong[1]]
  }

  /** Somebody else has brought traffic back, the backend still has to wait, and what served can serve. */
  #notUndone(key: string, { place, split, bornAt, seen, now }: Judged): readonly [Rule, string] | undefined {
    const before = seen?.written?.splits[place]
    const { order } = split
    if (!before || !order || now - seen.changedAt < slackMs || !isAlike(before, split)) return undefined
    const sinceOf = (called: string) => this.#returns.readySince(called, order) ?? now
    const served = before.backends.filter(({ weight }) => weight > 0)
    if (served.length === 0 || served.some(({ called }) => sinceOf(called) > seen.changedAt)) return undefined
    const early = raised(before, split, order).find((called) => {
      const since = sinceOf(called)
      return bornAt < since && since < seen.changedAt && now < since + order.waitMs
    })
    if (early === undefined) return undefined
    const weights = textOf([weightsOf(split)])
    return [
      'not undone',
      `${key} has the weights ${weights}, which another client put, and ${early} still has to wait`,
    ]
  }
}

/** Both have the same order, and are followed. */
const isAlike = (before: Split, after: Split): boolean =>
  [before, after].every(({ broken, paused }) => !broken && !paused) &&
  JSON.stringify(before.order) === JSON.stringify(after.order)

/** One split of a route. */
interface Judged {
  readonly place: number
  readonly split: Split
  readonly bornAt: number
  readonly seen: Seen | undefined
  readonly now: number
}
