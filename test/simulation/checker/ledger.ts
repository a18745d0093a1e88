import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import type { Mark } from '../network/timeline.ts'
import { directionIn, directions, eventName, regarding, timesOf } from './event-text.ts'
import { resourceOfKey } from './facts.ts'
import { HedgeLedger } from './hedge-ledger.ts'
import type { Direction, Moves } from './table.ts'
import type { Rule } from './violation.ts'

interface Transition {
  readonly key: string
  readonly moves: Moves
  /** Moves of which it is not certain which way they were. */
  readonly perhaps: Moves
  readonly sent: Sent
  readonly mark: Mark
  /** Nothing else had happened to the route since its writer looked: it can know the state that follows for its own. */
  readonly recognisable: boolean
  /** When the process got the answer; absent while it has none. */
  answeredAt: number | undefined
  /** When the watch told the process of this very state; absent while it did not. */
  seenAt: number | undefined
  /** What the process can make of it once it has seen it: its `own`, or `anybody's`, if others led before that. */
  whose: 'open' | 'own' | "anybody's"
}

/** Something that happened to a route. */
interface Change {
  readonly key: string
  /** `undefined` for somebody who is no replica. */
  readonly by: Process | undefined
  readonly moment: number
  readonly at: number
}

/** For so long a write without an answer is remembered (ms); less than the operator promises. */
const rememberedMs = 60_000

/** An Event that fails so often is given up. */
const mostFailures = 5

/** What an Event says. */
interface Told {
  readonly process: Process
  readonly key: string
  readonly direction: Direction
  readonly times: number
}

/** Books every transition and every Event about one, and compares them. */
export class Ledger {
  readonly hedges = new HedgeLedger()
  readonly #fail: (rule: Rule, what: string) => void
  readonly #transitions: Transition[] = []
  /** By name of the Event. */
  readonly #told = new Map<string, Told>()
  /** By process, route and direction: the request about it that was sent last. Events may overtake each other. */
  readonly #lastSent = new Map<string, Sent>()
  readonly #changes: Change[] = []
  /** Names of processes that ceased to hold the lease, and when. */
  readonly #depositions: { readonly process: string; readonly at: number }[] = []
  /** Processes of which an Event was refused, or failed too often, so that they may have given it up. */
  readonly #troubled = new Set<Process>()
  /** By name of the Event: how often it failed in a row. */
  readonly #failures = new Map<string, number>()

  constructor(fail: (rule: Rule, what: string) => void) {
    this.#fail = fail
  }

  /** A process does not hold the lease any more: what it did not see until now may be another's. */
  deposed(process: string, now: number): void {
    this.#depositions.push({ process, at: now })
    this.#settleWhose(process, ({ whose }) => (whose === 'open' ? "anybody's" : whose))
  }

  /** A process leads: what it has seen since it led before is its own, unless others led in between. */
  leads(process: Process, now: number): void {
    this.hedges.leads(process, now)
    this.#settleWhose(process.name, ({ whose, seenAt }) =>
      whose === 'open' && seenAt !== undefined ? 'own' : whose,
    )
  }

  #settleWhose(process: string, judge: (one: Transition) => Transition['whose']): void {
    for (const one of this.#transitions) if (one.sent.process.name === process) one.whose = judge(one)
  }

  get count(): number {
    return this.#transitions.length + this.hedges.count
  }

  /** The newest version that answers to its own writes have told a process of one resource since then; 0 if none has. */
  newestOf(process: Process, resource: string, since: number): number {
    const answered = this.#transitions.filter(
      ({ sent, answeredAt = since }) =>
        answeredAt > since && sent.process === process && sent.resource === resource,
    )
    const hedged = this.hedges.newestOf(process, resource, since)
    return Math.max(hedged, ...answered.map(({ mark }) => mark.version))
  }

  /** Something happened to a route. */
  changed(change: Change): void {
    this.#changes.push(change)
  }

  /** A write to a route that moved its weights. */
  transition(transition: Transition): void {
    this.#transitions.push(transition)
  }

  /**
   * Writes of which nobody said whether they were applied: no answer, or one of 5xx. Where such a write was not, and
   * somebody else wrote the very same, its sender must take that for its own: it cannot know better. Once another
   * leads it can.
   */
  readonly #unanswered: Sent[] = []

  answered(sent: Sent, status: number, now: number): void {
    if (status === 0 || status >= 500) this.#unanswered.push(sent)
    const good = status >= 200 && status < 300
    if (sent.resource === 'events') this.#eventAnswered(sent, status)
    const transition = this.#transitions.find((one) => one.sent === sent)
    if (transition && good) transition.answeredAt = now
    if (good) this.hedges.answered(sent, now)
  }

  #eventAnswered({ process, request }: Sent, status: number): void {
    const name = eventName(request)
    const isFailure = status === 0 || status === 429 || status >= 500
    const failures = isFailure ? (this.#failures.get(name) ?? 0) + 1 : 0
    this.#failures.set(name, failures)
    const isThere = status < 300 || (status === 409 && this.#told.has(name))
    // One that the server has forgotten is made anew.
    const isForgotten = status === 404 && request.method === 'PATCH'
    if (failures >= mostFailures || !(isFailure || isThere || isForgotten)) this.#troubled.add(process)
  }

  /** A process read of one change in a watch, while it led or not. */
  seen(process: Process, resource: string, { moment }: Mark, now: number, leads: boolean): void {
    const seen = this.#transitions.findLast(
      ({ mark, sent }) => mark.moment === moment && sent.process === process && sent.resource === resource,
    )
    if (!seen) return
    seen.seenAt ??= now
    if (leads && seen.whose === 'open') seen.whose = 'own'
  }

  /** An Event was written: nothing may be told that its writer cannot know to be done. */
  event(object: KubeObject | undefined, author: Sent | undefined): void {
    const direction = object && directionIn(object)
    if (!object || !author || !direction) return
    const { process } = author
    const told: Told = { process, key: regarding(object), direction, times: timesOf(object) }
    this.#told.set(object.metadata.name, told)
    const lane = `${process.name} ${told.key} ${direction}`
    const previous = this.#lastSent.get(lane)
    const last = previous && previous.at > author.at ? previous : author
    this.#lastSent.set(lane, last)
    const known = this.#transitionsOf(process, told.key)
      .filter((one) => isKnownTo(one, last))
      // Splits that moved one way for several reasons are told of one by one.
      .reduce(
        (sum, { moves, perhaps }) => sum + (moves.get(direction) ?? 0) + (perhaps.get(direction) ?? 0),
        0,
      )
    const times = this.#timesTold(process, told.key, direction)
    const others = times - known - this.#mistakable(process, told.key)
    if (others <= 0) return
    if (others <= this.hedges.knownTo(last, told.key, direction)) {
      const wrong = this.hedges.told(process, told.key, direction, others)
      if (wrong) this.#fail('told without transition', `${told.key}, ${direction}: ${wrong}`)
      return
    }
    const what = `${process.name} told of a ${direction} of ${told.key} for the ${times}. time`
    this.#fail('told without transition', `${what}, and knew of ${known}`)
  }

  /** What happened must have been told by now, by those who may write and were not hindered. */
  settle(processes: readonly Process[]): void {
    for (const process of processes.filter((one) => !this.#troubled.has(one))) {
      const keys = [...this.#transitions.map((one) => one.key), ...this.hedges.keys]
      for (const key of new Set(keys)) this.#demand(process, key)
    }
  }

  /** Splits of one write that moved the same way for the same reason are told of together. */
  #demand(process: Process, key: string): void {
    const done = this.#transitionsOf(process, key).filter((one) => mustBeTold(one))
    for (const direction of directions) {
      const own = done.filter(({ moves }) => moves.has(direction)).length
      const count = own + this.hedges.demandOf(process, key, direction)
      const times = this.#timesTold(process, key, direction)
      if (times >= count) continue
      const what = `${process.name} made ${own} writes to ${key} that are a ${direction}, and saw ${count - own} of standbys`
      this.#fail('untold transition', `${what}, and told ${times} times`)
    }
  }

  #mistakable(process: Process, key: string): number {
    const isAbout = ({ request }: Sent) => key === keyOfPath(request.path)
    const isDone = (sent: Sent) => this.#transitions.some((one) => one.sent === sent)
    return this.#unanswered
      .filter((sent) => sent.process === process && isAbout(sent) && !isDone(sent))
      .filter((sent) => this.#hasRival(sent, key))
      .reduce((sum, sent) => sum + splitsOf(sent), 0)
  }

  /** Somebody else has done something that the sender did not know then, and did it before another led. */
  #hasRival({ process, at, view }: Sent, key: string): boolean {
    const end = this.#depositions.find((one) => one.process === process.name && one.at >= at)?.at ?? Infinity
    const known = view.of(resourceOfKey(key)) ?? 0
    return this.#changes.some(
      (one) => one.key === key && one.by !== process && one.moment > known && one.at <= end,
    )
  }

  #transitionsOf(process: Process, key: string): Transition[] {
    return this.#transitions.filter((one) => one.sent.process === process && one.key === key)
  }

  #timesTold(process: Process, key: string, direction?: Direction): number {
    return [...this.#told.values()]
      .filter((told) => told.process === process && told.key === key)
      .filter((told) => direction === undefined || told.direction === direction)
      .reduce((sum, { times }) => sum + times, 0)
  }
}

/** Its writer knows of it: by the answer, or because the watch showed it soon enough, and it can be nobody else's. */
const mustBeTold = ({ answeredAt, recognisable, seenAt, sent, whose }: Transition) =>
  answeredAt !== undefined ||
  (recognisable && whose === 'own' && seenAt !== undefined && seenAt - sent.at < rememberedMs)

/** The process had the answer when it sent the Event, or had seen its write by then. */
const isKnownTo = ({ answeredAt, mark, key }: Transition, { at, view }: Sent) =>
  (answeredAt !== undefined && answeredAt <= at) || (view.of(resourceOfKey(key)) ?? 0) >= mark.moment

/** How many splits a patch was to move. */
function splitsOf({ request: { body } }: Sent): number {
  const steps = Array.isArray(body) ? body.filter(isObject) : []
  const lists = steps.flatMap(({ op, path }) => (op === 'test' ? [] : String(path).split('/', 4).join('/')))
  return new Set(lists).size
}

/** `trafficsplits/shop/web`, of the path of that object. */
function keyOfPath(path: string): string {
  const [namespace, resource, name] = path.split('/').slice(-3)
  return `${resource}/${namespace}/${name}`
}
