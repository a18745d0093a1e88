import type { Clock } from '../clock.ts'
import { type Direction, directionOf } from '../core/transition.ts'
import type { EventInput } from '../kube/events.ts'
import type { Log } from '../log.ts'
import type { Route } from '../routes/route.ts'
import type { Judged } from './judge.ts'
import type { Metrics } from './metrics.ts'
import type { Cause } from './queue.ts'
import type { Outcome } from './reconcile.ts'
import type { RouteKey } from './route-index.ts'
import { problemOf, type RouteState, stateOf } from './state.ts'

export interface ReporterOptions {
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** Takes a Kubernetes Event without waiting for it. */
  readonly event: (input: EventInput) => void
}

interface Known {
  readonly kind: string
  state: RouteState
  problem: string | undefined
  /** The error of the last write and how often in a row it came. */
  refusal: { readonly message: string; readonly count: number } | undefined
}

/** After so many refusals in a row the route's owner is told by an Event: a race does not last that long. */
const refusalsUntilEvent = 5

/**
 * Tells people what happened, after it happened: one log line, one Event and one count for a transition; a
 * problem of a route once, until it changes. Knows how every route stands.
 */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #known = new Map<RouteKey, Known>()

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  /** Takes the outcome of one reconcile; `cause` is what made the key due. */
  report(key: RouteKey, outcome: Outcome, cause: Cause): void {
    this.#options.metrics.reconciles.inc()
    if (outcome.kind === 'gone') {
      this.#known.delete(key)
      return
    }
    const known = this.#knownOf(key, outcome.route)
    known.state = stateOf(outcome.verdicts)
    this.#problem(known, outcome)
    if (outcome.kind === 'failed') this.#failed(known, outcome)
    else known.refusal = undefined
    if (outcome.kind === 'written') this.#written(outcome, cause)
  }

  /** How many routes stand how, by kind. */
  *counts(): Iterable<{ kind: string; state: RouteState; count: number }> {
    const counts = new Map<string, { kind: string; state: RouteState; count: number }>()
    for (const { kind, state } of this.#known.values()) {
      const entry = counts.get(`${kind}/${state}`) ?? { kind, state, count: 0 }
      entry.count += 1
      counts.set(`${kind}/${state}`, entry)
    }
    yield* counts.values()
  }

  #knownOf(key: RouteKey, { kind }: Route): Known {
    const known = this.#known.get(key) ?? { kind, state: 'hold', problem: undefined, refusal: undefined }
    this.#known.set(key, known)
    return known
  }

  #problem(known: Known, { route, verdicts }: Judged): void {
    const problem = problemOf(verdicts)
    if (problem === known.problem) return
    known.problem = problem
    const { log, metrics, event } = this.#options
    if (problem === undefined) {
      log.info({ route: nameOf(route) }, `${nameOf(route)} is well configured again`)
      return
    }
    metrics.misconfigurations.inc({ kind: route.kind })
    log.warn(
      { route: nameOf(route), problem },
      `${nameOf(route)} is misconfigured, its weights are left alone: ${problem}`,
    )
    event({ ...about(route), type: 'Warning', reason: 'Misconfigured', action: 'Hold', note: problem })
  }

  #failed(known: Known, { route, error }: Outcome & { kind: 'failed' }): void {
    const { log, metrics, event } = this.#options
    metrics.patches.inc({ kind: route.kind, outcome: error.kind })
    const count = (known.refusal?.count ?? 0) + 1
    const isNews = known.refusal?.message !== error.message
    known.refusal = { message: error.message, count }
    const sentence = `the weights of ${nameOf(route)} could not be written and will be tried again: ${error.message}`
    if (isNews) log.warn({ route: nameOf(route), error: error.kind }, sentence)
    else log.debug({ route: nameOf(route), error: error.kind, attempt: count }, sentence)
    if (count !== refusalsUntilEvent) return
    event({ ...about(route), type: 'Warning', reason: 'WriteRefused', action: 'Retry', note: sentence })
  }

  #written({ route, after, verdicts }: Outcome & { kind: 'written' }, cause: Cause): void {
    const { clock, metrics, log } = this.#options
    const reactionMs = clock.now() - cause.at
    metrics.patches.inc({ kind: route.kind, outcome: 'written' })
    metrics.reaction.observe(reactionMs / 1000)
    if (cause.changedAt !== undefined) {
      metrics.reactionFromTrigger.observe(Math.max(0, clock.wallTime().getTime() - cause.changedAt) / 1000)
    }
    for (const [index, { split, plan, sentence, reason, decision }] of verdicts.entries()) {
      const served = after.splits[index]
      if (plan.length === 0 || !served) continue
      const direction = directionOf(split, served)
      metrics.transitions.inc({ kind: route.kind, direction })
      const weights = {
        from: split.backends.map(({ weight }) => weight),
        to: served.backends.map(({ weight }) => weight),
      }
      const fields = { route: nameOf(route), direction, rule: decision.rule, ...weights, reactionMs }
      log.info(fields, `${nameOf(route)} ${sentence}`)
      this.#options.event(transitionEvent(route, direction, reason))
    }
  }
}

/** Reason, action and the notes' beginnings are those of the original operator; people filter by them. */
function transitionEvent(route: Route, direction: Direction, why: string): EventInput {
  const what = {
    failover: 'failing over to fallbacks',
    failback: 'switching traffic to primary',
    redistribute: 'sharing traffic among fallbacks',
  }[direction]
  const note = `${route.kind.toLowerCase()}/${route.name} ${what}: ${why}`
  return { ...about(route), type: 'Normal', reason: 'Failover', action: 'Failover', note }
}

const nameOf = (route: Route): string => `${route.kind} ${route.namespace}/${route.name}`

function about({ apiVersion, kind, namespace, name, uid }: Route): Pick<EventInput, 'regarding'> {
  return { regarding: { apiVersion, kind, namespace, name, uid } }
}
