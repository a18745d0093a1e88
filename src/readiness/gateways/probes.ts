import type { Clock, Timer } from '../../base/clock.ts'
import { Gateway, type Outcome, type Thresholds } from './gateway.ts'
import type { Probed } from './link.ts'
import type { Answer, Line, ProbeNetwork } from './network.ts'
import { Round, type Verdict } from './round.ts'
import { WaysIn } from './ways-in.ts'

/** How gateways are probed. */
export interface ProbeSettings extends Thresholds {
  /** From one round of probes to the next (ms). */
  readonly periodMs: number
  /** How long an address may take to answer (ms); less than the period. */
  readonly timeoutMs: number
}

export interface ProbesOptions {
  readonly settings: ProbeSettings
  readonly network: ProbeNetwork
  readonly clock: Clock
  /** Called when the state of a gateway changes. */
  readonly onChange: (cluster: string, gateway: Gateway) => void
  /** Called with what each round says of each gateway. */
  readonly onOutcome: (cluster: string, outcome: Outcome) => void
}

/**
 * A timer that fires later than this (ms) shows that the operator was stopped, or had no processor: then what
 * it has not heard proves nothing.
 */
const lateMs = 100

interface Watched {
  readonly ways: WaysIn
  readonly gateway: Gateway
  /** Its verdict in the round that is on. */
  isJudged: boolean
}

/** Asks the gateways of linked clusters, all in one moment, again and again. */
export class Probes {
  readonly #options: ProbesOptions
  readonly #watched = new Map<string, Watched>()
  #timer: Timer | undefined

  constructor(options: ProbesOptions) {
    this.#options = options
  }

  of(cluster: string): Gateway | undefined {
    return this.#watched.get(cluster)?.gateway
  }

  /** All gateways that are probed, by cluster. */
  *all(): Iterable<[string, Gateway]> {
    for (const [cluster, { gateway }] of this.#watched) yield [cluster, gateway]
  }

  /** Asks the gateways of these clusters from now on, and no others. What is known of one stays known. */
  want(wanted: ReadonlyMap<string, readonly Probed[]>): void {
    const { settings, network, clock } = this.#options
    for (const [cluster, { ways }] of this.#watched) {
      if (wanted.has(cluster)) continue
      ways.close()
      this.#watched.delete(cluster)
    }
    for (const [cluster, probed] of wanted) {
      const known = this.#watched.get(cluster)
      if (known && JSON.stringify(known.ways.probed) === JSON.stringify(probed)) continue
      known?.ways.close()
      const gateway = known?.gateway ?? new Gateway(settings, clock)
      this.#watched.set(cluster, { gateway, ways: new WaysIn(probed, network), isJudged: true })
    }
    if (this.#watched.size > 0) this.#timer ??= clock.after(0, () => this.#begin())
  }

  stop(): void {
    this.#timer?.cancel()
    for (const { ways } of this.#watched.values()) ways.close()
    this.#watched.clear()
  }

  #begin(): void {
    const { settings, clock } = this.#options
    const startedAt = clock.now()
    const lines = new Map<string, ReadonlyMap<string, Line>>()
    for (const [cluster, watched] of this.#watched) {
      watched.isJudged = false
      lines.set(cluster, watched.ways.lines(startedAt))
    }
    const round = new Round([...lines].map(([cluster, each]) => [cluster, each.keys()]))
    for (const [cluster, each] of lines)
      for (const [name, line] of each)
        void line.ask().then((said) => this.#hear(round, cluster, name, said, startedAt))
    // One more turn of the event loop: what has arrived in time is read before it is missed.
    this.#timer = clock.after(settings.timeoutMs, () => {
      const isLate = this.#isLate(startedAt)
      this.#timer = clock.after(0, () =>
        this.#end(round, lines, startedAt, isLate || this.#isLate(startedAt)),
      )
    })
  }

  #hear(round: Round, cluster: string, name: string, said: Answer | 'dropped', startedAt: number): void {
    if (said === 'dropped') return
    round.hear(cluster, name, said !== 'answers' && this.#isLate(startedAt) ? 'void' : said)
    this.#judge(round)
  }

  /** Who has not answered by now has missed; unless the operator was late, and could not hear it. */
  #end(
    round: Round,
    lines: ReadonlyMap<string, ReadonlyMap<string, Line>>,
    startedAt: number,
    isLate: boolean,
  ) {
    const { settings, clock } = this.#options
    const trouble = `no answer within ${settings.timeoutMs} ms`
    for (const { cluster, address } of [...round.waiting()]) {
      round.hear(cluster, address, isLate ? 'void' : { trouble })
      lines.get(cluster)?.get(address)?.drop()
    }
    this.#judge(round)
    this.#timer = undefined
    if (this.#watched.size === 0) return
    const next = Math.max(0, startedAt + settings.periodMs - clock.now())
    this.#timer = clock.after(next, () => this.#begin())
  }

  #isLate(startedAt: number): boolean {
    const { clock, settings } = this.#options
    return clock.now() - startedAt > settings.timeoutMs + lateMs
  }

  #judge(round: Round): void {
    for (const [cluster, watched] of this.#watched) {
      const verdict = watched.isJudged ? undefined : round.verdictOn(cluster)
      if (!verdict) continue
      watched.isJudged = true
      const { gateway, ways } = watched
      const outcome = outcomeOf(verdict, gateway, ways)
      this.#options.onOutcome(cluster, outcome)
      if (gateway.take(outcome)) this.#options.onChange(cluster, gateway)
    }
  }
}

/**
 * A miss counts if another gateway answered at the same time. Where there is only one gateway, nothing can be
 * compared; its misses count once it has answered, so that a network that lets no probe through is not taken
 * for a dead gateway.
 */
function outcomeOf(verdict: Verdict, { hasAnswered }: Gateway, { trouble }: WaysIn): Outcome {
  if (verdict.kind === 'answered') return { kind: 'answered' }
  if (verdict.kind === 'void')
    return { kind: 'void', trouble: trouble || 'the operator itself was late', isLate: trouble === '' }
  const counts = verdict.witness === 'other' || (verdict.witness === 'alone' && hasAnswered)
  return { kind: 'missed', trouble: verdict.trouble, counts }
}
