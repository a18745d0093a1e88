import type { KubeObject } from '../../../sandbox/server.ts'
import type { KubeRequest } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import { resourceOf, type Sent } from '../network/sent.ts'
import type { Server } from '../network/server.ts'
import type { Mark } from '../network/timeline.ts'
import type { Witness } from '../network/wire.ts'
import type { Expectation } from '../story/step.ts'
import { wrongAtRest } from './at-rest.ts'
import { wrongBy } from './expected.ts'
import { Facts, routeResources } from './facts.ts'
import { FarChecker, type FarSide } from './far-checker.ts'
import { hedged, isHedge, readSince, waysAcross, waysBy } from './hedge.ts'
import { Ledger } from './ledger.ts'
import { Moments } from './moments.ts'
import { outcomeOf } from './outcome.ts'
import { OwnKinds } from './own-kinds.ts'
import { Patience } from './patience.ts'
import { Profiles } from './profiles.ts'
import { QuietWaits } from './quiet-waits.ts'
import { readRoute } from './read-route.ts'
import { Returns } from './returns.ts'
import { judge, movesOf, type RouteWrite, routeWrite } from './route-write.ts'
import type { Moves } from './table.ts'
import { Tenure } from './tenure.ts'
import { isOfManySecrets, isUpkeep } from './upkeep.ts'
import { View } from './view.ts'
import type { Rule, Violation } from './violation.ts'

/** After so long of lists that are older than what was known (ms), an etcd was restored; a little less for rounding. */
const oldListsLastMs = 59_999

/** Watches every state that the server ever holds and every request, and holds them against the rules. */
export class Checker implements Witness {
  /** The first rule that was broken. */
  violation: Violation | undefined
  readonly #scheduler: Scheduler
  readonly #server: Server
  readonly far: FarChecker
  readonly #views = new Map<Process, View>()
  readonly #facts = new Facts()
  readonly #ledger: Ledger
  readonly #patience = new Patience()
  readonly #returns: Returns
  readonly #quietWaits: QuietWaits
  readonly #tenure = new Tenure()
  readonly #moments = new Moments()
  readonly #profiles = new Profiles()
  /** Absent where no replica follows Drains and policies. */
  readonly #own: OwnKinds | undefined
  /** By process and resource: since when its lists are older than what it knew. */
  readonly #olderSince = new Map<string, number>()
  /** The same: when it took such a list after all, and forgot what it had known. */
  readonly #wentBackAt = new Map<string, number>()
  #still = false

  /** `rootNamespace`: that of the Drains and policies that are for all routes, where they are followed. */
  constructor(
    scheduler: Scheduler,
    server: Server,
    { far, rootNamespace }: { readonly far?: FarSide | undefined; readonly rootNamespace?: string } = {},
  ) {
    this.#scheduler = scheduler
    this.#own = rootNamespace === undefined ? undefined : new OwnKinds(rootNamespace)
    this.#returns = new Returns(this.#facts, rootNamespace !== undefined)
    this.#quietWaits = new QuietWaits(this.#facts, this.#returns)
    this.#server = server
    const fail = (rule: Rule, what: string) => this.fail(rule, what)
    this.#ledger = new Ledger(fail)
    this.far = new FarChecker(far, {
      scheduler,
      fail,
      facts: this.#facts.far,
      isStill: () => this.#still,
    })
    server.sandbox.world.store.onChange(({ plural }, { object, type, version }) => {
      const { namespace, name } = object.metadata
      this.#changed(plural, `${namespace}/${name}`, type === 'DELETED' ? undefined : object, version)
    })
  }

  /** Writes to routes that the operator made. */
  get transitions(): number {
    return this.#ledger.count
  }

  fail(rule: Rule, what: string): void {
    this.violation ??= { rule, at: this.#scheduler.now, what }
  }

  sent(process: Process, request: KubeRequest): Sent {
    const view = this.#viewOf(process).copy()
    const resource = resourceOf(request)
    const { now } = this.#scheduler
    const { moment, timeline } = this.#server
    const far = this.far.sent(process)
    const sent = { process, request, resource, at: now, moment, timeline, view, far }
    this.#own?.sent(sent)
    const what = `${process.name} sends ${request.method} ${request.path}`
    const isReporting = this.#own?.isReporting(process, now) === true
    if (this.#still && !isUpkeep(sent) && !isReporting) this.fail('not still', what)
    if (isOfManySecrets(sent)) this.fail('foreign read', what)
    const early = this.#patience.earlyBy(sent)
    if (early > 0)
      this.fail('impatient', `${what} ${Math.ceil(early)} ms before the time that it was told to wait`)
    return sent
  }

  answered(sent: Sent, status: number, retryAfterSeconds: number | undefined): void {
    const { now } = this.#scheduler
    if (sent.request.method !== 'GET') this.#ledger.answered(sent, status, now)
    if (isWrittenLease(sent, status) && this.#tenure.answered(sent, now))
      this.#ledger.leads(sent.process, now)
    if (retryAfterSeconds !== undefined) this.#patience.asked(sent, now, retryAfterSeconds)
    this.#own?.answered(sent, status, now, retryAfterSeconds)
  }

  left(sent: Sent): void {
    this.#own?.left(sent, this.#scheduler.now)
  }

  told(process: Process, resource: string, mark: Mark): void {
    const view = this.#viewOf(process)
    const from = view.of(resource) ?? mark.moment
    const isNext = (key: string) => this.#facts.route(key).during(from, mark.moment).length === 2
    this.#ledger.hedges.seen(process, resource, mark, isNext)
    view.told(resource, mark)
    const { now } = this.#scheduler
    this.#own?.told(process, resource, view, now)
    this.#ledger.seen(process, resource, mark, now, this.#tenure.leads(process, now))
  }

  /** What was known before counts until the process has taken the list in, one moment later. */
  listed(process: Process, resource: string, mark: Mark): void {
    this.#returns.listed(process, this.#scheduler.now)
    this.#own?.listed(process, resource, this.#scheduler.now)
    const view = this.#viewOf(process)
    if (!this.#mayTake(process, resource, mark.version)) return
    const known = view.markOf(resource)
    const meanwhile = known && known.moment < mark.moment ? known : mark
    const know = (upTo: Mark) => {
      view.listed(resource, upTo)
      this.#own?.told(process, resource, view, this.#scheduler.now)
    }
    know(meanwhile)
    this.#scheduler.after(0, () => {
      // Where a change that follows the list was read by then, more is known.
      if (view.markOf(resource) === meanwhile) know(mark)
    })
  }

  /** A list that is older than what the process knew is no news to it, unless all lists are so for a minute. */
  #mayTake(process: Process, resource: string, version: number): boolean {
    const key = `${process.name} ${resource}`
    const { now } = this.#scheduler
    const known = this.#viewOf(process).markOf(resource)?.version
    const answered = this.#ledger.newestOf(process, resource, this.#wentBackAt.get(key) ?? -1)
    const isFresh = known === undefined || version >= Math.max(known, answered)
    const since = isFresh ? now : (this.#olderSince.get(key) ?? now)
    const mustWait = !isFresh && now - since < oldListsLastMs
    if (mustWait) this.#olderSince.set(key, since)
    else this.#olderSince.delete(key)
    if (!isFresh && !mustWait) this.#wentBackAt.set(key, now)
    return !mustWait
  }

  /** The world has been left alone for long enough: everything must be as the table says, and stay so. */
  settle(processes: readonly Process[], copies = false): void {
    const leaders = this.#leadersOf(processes)
    this.#judgeWeights(leaders)
    const ours = [...this.#facts.ours()].map(([key, { object }]) => [key, object] as const)
    for (const what of copies ? this.#profiles.wrong(ours) : []) this.fail('not settled', what)
    this.#ledger.settle(leaders)
    this.#still = true
  }

  /** The world moves again. What has ended by its own time until now must have had its effect. */
  stir(processes: readonly Process[]): void {
    this.#judgeWeights(this.#leadersOf(processes))
    this.#still = false
  }

  /** Nothing happens for now but what a wait takes. */
  judgeWaits(processes: readonly Process[]): void {
    const [leader] = this.#leadersOf(processes)
    const wrong = leader && this.#quietWaits.judge(leader, this.#scheduler.now)
    if (wrong) this.fail(...wrong)
  }

  /** A story says what must be so now, if the leader has seen all of it. */
  judgeExpected(processes: readonly Process[], expected: Expectation): void {
    const [leader] = this.#leadersOf(processes)
    const wrong = leader && wrongBy(expected, leader, (key) => this.#facts.route(key).now)
    if (wrong) this.fail(expected.rule, wrong)
  }

  #leadersOf(processes: readonly Process[]): readonly Process[] {
    return processes.filter((process) => this.#tenure.leads(process, this.#scheduler.now))
  }

  #judgeWeights([leader]: readonly Process[]): void {
    const gateway = leader && this.far.gatewayAt(leader).at(-1)
    const now = (called: string) => this.#facts.now(called, this.far.accepted, gateway)
    const own = leader && this.#own?.atRest(leader, this.#scheduler.now, this.#server.moment)
    for (const [key, route] of this.#facts.ours()) {
      const readings = own?.readings(route) ?? [route.splits]
      const all = readings.map((splits) => wrongAtRest(key, splits, now, own?.drains))
      const [wrong] = all
      if (wrong && !all.includes(undefined)) this.fail(...wrong)
    }
    const untrue =
      own &&
      this.#own?.wrongStatus(
        [...this.#facts.ours()].map(([, route]) => outcomeOf(route, own.readings, own.drains, now)),
        (service) => this.#facts.services.isThere(service),
      )
    if (untrue) this.fail('untrue status', untrue)
  }

  #viewOf(process: Process): View {
    const known = this.#views.get(process) ?? new View()
    this.#views.set(process, known)
    return known
  }

  #changed(resource: string, name: string, object: KubeObject | undefined, version: number): void {
    const { author, isRestoring, timeline } = this.#server
    const mark = timeline.markOf(version)
    const isRoute = routeResources.includes(resource)
    const onOwn = this.#own?.changed(resource, name, object, mark.moment, this.#scheduler.now)
    const key = `${resource}/${name}`
    const { moment } = mark
    this.#moments.now(this.#scheduler.now, moment)
    if (isRoute) this.#ledger.changed({ key, by: author?.process, moment, at: this.#scheduler.now })
    if (author && isRoute) this.#wrote(key, object, author, mark)
    else if (resource === 'events') this.#ledger.event(object, author)
    else if (resource === 'serviceprofiles') this.#profileChanged(name, object, author)
    else if (resource === 'leases') this.#leaseChanged(object, isRestoring)
    else if (author && (!this.#own?.has(resource) || onOwn))
      this.fail('foreign write', `${author.process.name} ${onOwn ?? `wrote ${resource} ${name}`}`)
    this.#facts.change(resource, name, object, moment, this.#scheduler.now)
    this.#returns.changed(key, resource, author !== undefined, moment, this.#scheduler.now)
    if (isRoute) this.#quietWaits.changed(key, author !== undefined, this.#scheduler.now)
  }

  #leaseChanged(object: KubeObject | undefined, isRestored: boolean): void {
    const { now } = this.#scheduler
    const deposed = this.#tenure.change(object, now, isRestored)
    if (deposed) this.#ledger.deposed(deposed, now)
  }

  #profileChanged(name: string, object: KubeObject | undefined, author: Sent | undefined): void {
    const wrong = this.#profiles.changed(name, object)
    if (!author) return
    const late = this.#tenure.objectionTo(author, this.#scheduler.now)
    if (late && !isHedge(author))
      this.fail('not leading', `${author.process.name} wrote the ServiceProfile ${name}: ${late}`)
    if (wrong) this.fail(wrong[0], `${author.process.name} ${wrong[1]}`)
  }

  #wrote(key: string, object: KubeObject | undefined, author: Sent, mark: Mark): void {
    const own = this.#own?.seenBy(author)
    const asLeader = routeWrite(key, author, object && readRoute(object), this.#facts, own)
    const isHedged = isHedge(author)
    const readAt = readSince(author)
    const [since, farSince] = [this.#moments.at(readAt), this.far.momentAt(readAt)]
    const write = isHedged ? hedged(asLeader, this.#facts, since, farSince) : asLeader
    const objection = this.#tenure.objectionTo(author, this.#scheduler.now)
    if (objection && !isHedged) this.fail('not leading', `${author.process.name} wrote ${key}: ${objection}`)
    const verdict = judge(write)
    if (verdict) this.fail(verdict.rule, verdict.what)
    const early = this.#returns.objectionTo(write)
    if (early !== undefined) this.fail('early', `${author.process.name} wrote ${key}: ${early}`)
    const made = movesOf(write)
    if (made.moves.size + made.perhaps.size === 0) return
    const move = { key, ...made, mark, sent: author }
    const { recognisable } = write
    const open = { answeredAt: undefined, seenAt: undefined, whose: 'open' } as const
    if (isHedged) {
      const across = waysAcross(write, this.#facts.route(key).during(0, mark.moment))
      const others = this.#waysByOthers(write)
      const isClear = [...others.keys()].every((way) => made.moves.has(way))
      const moves = isClear ? made.moves : new Map()
      const perhaps = new Map([...made.perhaps, ...across, ...(isClear ? [] : [...made.moves, ...others])])
      this.#ledger.hedges.made({ ...move, moves, perhaps, at: this.#scheduler.now })
    } else this.#ledger.transition({ ...move, recognisable, ...open })
  }

  /** Ways that the move of a standby goes for other replicas, one of which reports it: they may follow other policies. */
  #waysByOthers(write: RouteWrite): Moves {
    const { now } = this.#scheduler
    const others = [...this.#views.keys()].filter((one) => one.state !== 'dead' && one !== write.sent.process)
    return new Map(
      others.flatMap((one) => {
        const own = this.#own?.atRest(one, now, this.#server.moment)
        return own ? [...waysBy(write, own.readings)] : []
      }),
    )
  }
}

const isWrittenLease = ({ request: { method }, resource }: Sent, status: number) =>
  resource === 'leases' && method !== 'GET' && status >= 200 && status < 300
