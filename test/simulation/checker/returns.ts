import type { Process } from '../engine/process.ts'
import { thresholds } from '../story/thresholds.ts'
import { type Enough, everyChoice, gradeOf, isUp, type Threshold } from './count.ts'
import { knownOf } from './drained.ts'
import type { SplitsWrite } from './explain.ts'
import { type Facts, routeResources } from './facts.ts'
import { History } from './history.ts'
import type { RouteWrite } from './route-write.ts'
import type { Span } from './services.ts'
import type { Split } from './table.ts'
import { currentBy, eligible, type Order, tierOf } from './tiers.ts'

/** Times are sums of fractions, of which the last digits are lost (ms). */
const roundingMs = 1e-3

/** Knows since when backends are ready that must be so for a while before traffic goes back to them. */
export class Returns {
  readonly #facts: Facts
  readonly #follows: boolean
  /** By what is called, and how many are enough: since when it is ready without a break, by the server's moment. */
  readonly #readySince = new Map<string, History<number | undefined>>()
  /** Routes whose weights are as the operator wrote them last. */
  readonly #written = new Set<string>()
  /** By process: when it read a list last, between which and the list before it may have missed something. */
  readonly #listedAt = new Map<Process, number>()

  /** `follows`: policies may ask for it of any backend. */
  constructor(facts: Facts, follows: boolean) {
    this.#facts = facts
    this.#follows = follows
  }

  /** Must be called after each change that `facts` took. */
  changed(key: string, resource: string, byOperator: boolean, moment: number, now: number): void {
    if (routeResources.includes(resource)) {
      if (byOperator) this.#written.add(key)
      else this.#written.delete(key)
    }
    for (const [, { splits }] of this.#facts.ours())
      for (const split of splits)
        if (this.#follows || (split.order && split.order.waitMs > 0)) this.#look(split, moment, now)
  }

  listed(process: Process, now: number): void {
    this.#listedAt.set(process, now)
  }

  /** What is wrong with a write that brings traffic back before its time; must be asked before it is `changed`. */
  objectionTo(write: RouteWrite): string | undefined {
    if (!this.#written.has(write.key)) return undefined
    const all = write.reasons.map((one) => this.#objectionIf(one, write))
    return all.every((one) => one !== undefined) ? all[0] : undefined
  }

  #objectionIf({ before, after }: SplitsWrite, write: RouteWrite): string | undefined {
    const { sent } = write
    const known = (['endpointslices', 'services'] as const).map((resource) => sent.view.of(resource) ?? 0)
    const [from, to]: Span = [Math.min(...known), sent.moment]
    for (const [place, split] of before.entries()) {
      const { order } = split
      if (!order || order.waitMs === 0 || isNeeded(split, order, write)) continue
      const oldest = sent.at - order.waitMs
      // Whoever did not live then does not know what was ready.
      const isUnborn = sent.process.bornAt > oldest + roundingMs
      const isUnsure = (this.#listedAt.get(sent.process) ?? 0) > oldest
      const early = raised(split, after[place], order).find((called) => {
        if (isUnborn || isUnsure) return isUnborn
        if (!this.#facts.services.isByItself(called)) return false
        const times = askedBy(order).map(
          (enough) => this.#readySince.get(keyOf(called, enough))?.during(from, to) ?? [],
        )
        return everyChoice(times).every(
          (sinces) => (latestOf(sinces) ?? Number.POSITIVE_INFINITY) > oldest + roundingMs,
        )
      })
      if (early !== undefined) return `${early} has not been ready for ${order.waitMs} ms`
    }
    return undefined
  }

  /** Since when something has had as many ready endpoints as an order asks for (virtual ms); undefined if it has not. */
  readySince(called: string, order: Order): number | undefined {
    return latestOf(askedBy(order).map((enough) => this.#readySince.get(keyOf(called, enough))?.now))
  }

  #look({ backends }: Split, moment: number, now: number): void {
    for (const { called } of backends) {
      const count = this.#facts.now(called, '')
      for (const minReady of thresholds)
        this.#note(keyOf(called, minReady), gradeOf(count, { minReady }) === 'ready', moment, now)
    }
  }

  #note(key: string, isReady: boolean, moment: number, now: number): void {
    const known = this.#readySince.get(key) ?? new History<number | undefined>(undefined)
    this.#readySince.set(key, known)
    if (isReady !== (known.now !== undefined)) known.set(moment, isReady ? now : undefined)
  }
}

const keyOf = (called: string, { count, percent, expected }: Threshold): string =>
  [called, count, percent, expected].join(' ')

/** What a backend needs to come back, which is all of these. */
const askedBy = ({ minReady, toReturn }: Enough): Threshold[] =>
  toReturn ? [minReady, toReturn] : [minReady]

/** Since when all is so that has been so for some time; undefined if something is not. */
const latestOf = (sinces: readonly (number | undefined)[]): number | undefined => {
  const known = sinces.filter((since) => since !== undefined)
  return known.length === sinces.length ? Math.max(...known) : undefined
}

/**
 * Nothing that has weight, and may have it by the order, is sure to serve, undrained: such a move waits for nothing.
 * Whatever is in no tier, or declared with weight 0, must serve nothing, and is no reason to wait.
 */
export function isNeeded(
  split: Split,
  order: Order,
  { possible, drained }: Pick<RouteWrite, 'possible' | 'drained'>,
): boolean {
  const all = drained(split)
  const mayBeDrained = (place: number) => all.some((drains) => (knownOf(drains)?.[place] ?? 'no') !== 'no')
  const may = new Set(order.tiers.flatMap(eligible))
  return !split.backends.some(
    ({ weight, called }, place) =>
      weight > 0 && may.has(place) && possible(called).every(isUp) && !mayBeDrained(place),
  )
}

/** What got weight in a tier that may not take it without a wait. */
export function raised(before: Split, after: Split | undefined, order: Order): string[] {
  const current = currentBy(before, order)
  // What is in no tier never gets traffic, so nothing waits for it.
  if (current === order.tiers.length) return []
  return before.backends.flatMap(({ weight, called }, place) => {
    const isRaised = weight === 0 && (after?.backends[place]?.weight ?? 0) > 0
    return isRaised && tierOf(order, place) <= current ? [called] : []
  })
}
