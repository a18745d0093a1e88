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
import { isHedge } from './hedge.ts'
import { Ledger } from './ledger.ts'
import { Moments } from './moments.ts'
import { OlderLists } from './older-lists.ts'
import { outcomeOf } from './outcome.ts'
import { OwnKinds } from './own-kinds.ts'
import { Patience } from './patience.ts'
import { Profiles } from './profiles.ts'
import { QuietWaits } from './quiet-waits.ts'
import { Returns } from './returns.ts'
import { Tenure } from './tenure.ts'
import { isOfManySecrets, isUpkeep } from './upkeep.ts'
import { View } from './view.ts'
import type { Rule, Violation } from './violation.ts'
import { WriteJudge } from './write-judge.ts'

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
  readonly #writes: WriteJudge
  readonly #profiles = new Profiles()
  /** Absent where no replica follows Drains and policies. */
  readonly #own: OwnKinds | undefined
  readonly #olderLists = new OlderLists()
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
    this.#writes = new WriteJudge({
      scheduler,
      server,
      fail,
      facts: this.#facts,
      far: this.far,
      own: this.#own,
      tenure: this.#tenure,
      moments: this.#moments,
      returns: this.#returns,
      ledger: this.#ledger,
      views: this.#views,
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
    const known = view.markOf(resource)
    const answered = (since: number) => this.#ledger.newestOf(process, resource, since)
    const list = { process, resource, version: mark.version, known: known?.version, answered }
    if (!this.#olderLists.mayTake(list, this.#scheduler.now)) return
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
    const wrong = leader && wrongBy(expected, leader, this.#views.keys(), (key) => this.#facts.route(key).now)
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
    if (author && isRoute) this.#writes.judge({ key, object, author, mark })
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
}

const isWrittenLease = ({ request: { method }, resource }: Sent, status: number) =>
  resource === 'leases' && method !== 'GET' && status >= 200 && status < 300
