import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import { resourceOf, type Sent } from '../network/sent.ts'
import type { Server } from '../network/server.ts'
import type { Witness } from '../network/wire.ts'
import type { FarFacts } from './far-facts.ts'
import { FarReader } from './far-reader.ts'
import { type FarSent, FarView } from './far-view.ts'
import { GatewayView, type GatewayWord } from './gateway-view.ts'
import { Moments } from './moments.ts'
import { Patience } from './patience.ts'
import { View } from './view.ts'
import type { Rule } from './violation.ts'

/** The cluster that the one of the story is linked with. */
export interface FarSide {
  readonly server: Server
  /** The credentials that it takes now. */
  readonly accepted: string
}

interface Tools {
  readonly scheduler: Scheduler
  readonly facts: FarFacts
  readonly fail: (rule: Rule, what: string) => void
  /** The world is at rest. */
  readonly isStill: () => boolean
}

/** Watches the other cluster and every connection to it. */
export class FarChecker {
  readonly #tools: Tools
  readonly #far: FarSide | undefined
  readonly #views = new Map<Process, FarView>()
  readonly #moments = new Moments()
  readonly #probes = new Map<Process, GatewayView>()

  constructor(far: FarSide | undefined, tools: Tools) {
    this.#far = far
    this.#tools = tools
    far?.server.sandbox.world.store.onChange(({ plural }, { object, type, version }) => {
      const { namespace, name } = object.metadata
      const { moment } = far.server.timeline.markOf(version)
      this.#moments.now(tools.scheduler.now, moment)
      tools.facts.change(plural, `${namespace}/${name}`, type === 'DELETED' ? undefined : object, moment)
    })
  }

  /** The credentials that the other cluster takes now; '' if there is none. */
  get accepted(): string {
    return this.#far?.accepted ?? ''
  }

  /** The moment of the other cluster at a time, at most a minute ago. */
  momentAt(time: number): number {
    return this.#moments.at(time)
  }

  sent(process: Process): FarSent {
    const { now } = this.#tools.scheduler
    const knowledge = this.#viewOf(process).at(now)
    return { knowledge, moment: this.#moment, gateway: this.gatewayAt(process) }
  }

  /** What the probes of a process can have said by now; those who do not probe know nothing against it. */
  gatewayAt(process: Process): readonly GatewayWord[] {
    return this.#probes.get(process)?.at(this.#tools.scheduler.now) ?? ['fine']
  }

  /** A process probes the gateway of the other cluster: what it hears is to be noted there. */
  probes(process: Process): GatewayView {
    const view = new GatewayView()
    this.#probes.set(process, view)
    return view
  }

  /** A process connects to the other cluster: who watches what it sends, and a way on which it is seen what it reads. */
  connected(process: Process, credentials: string): { witness: Witness; over: FarReader['over'] } {
    const { scheduler } = this.#tools
    const now = () => scheduler.now
    const view = this.#viewOf(process)
    view.connected(credentials, now())
    const timeline = () => this.#serverOf().timeline
    const later = (work: () => void) => scheduler.after(0, work)
    const reader = new FarReader({ view, credentials, now, later, timeline })
    return { witness: this.#witness(), over: (transport: Transport) => reader.over(transport) }
  }

  #witness(): Witness {
    const patience = new Patience()
    const { scheduler } = this.#tools
    return {
      sent: (process, request) => {
        const { timeline, moment } = this.#serverOf()
        const common = { process, request, resource: resourceOf(request), at: scheduler.now }
        const sent: Sent = { ...common, moment, timeline, view: new View(), far: this.sent(process) }
        this.#judge(sent, patience)
        return sent
      },
      answered: (sent, _, retryAfterSeconds) => {
        if (retryAfterSeconds !== undefined) patience.asked(sent, scheduler.now, retryAfterSeconds)
      },
      left: () => {},
      told: () => {},
      listed: () => {},
    }
  }

  /** Nothing is written there, and nothing read but what routes use. */
  #judge(sent: Sent, patience: Patience): void {
    const { process, request } = sent
    const { facts, fail, isStill } = this.#tools
    const what = `${process.name} sends ${request.method} ${request.path} to the other cluster`
    if (request.method !== 'GET') fail('foreign write', what)
    if (!isOfNamedServices(request)) fail('foreign read', what)
    const isWatch = request.query?.watch === '1'
    if (isStill() && !isWatch && facts.isOpen(this.accepted)) fail('not still', what)
    if (patience.earlyBy(sent) > 0) fail('impatient', `${what} before the time that it was told to wait`)
  }

  #serverOf(): Server {
    if (!this.#far) throw new Error('the cluster of this story is not linked')
    return this.#far.server
  }

  get #moment(): number {
    return this.#far?.server.moment ?? 0
  }

  #viewOf(process: Process): FarView {
    const known = this.#views.get(process) ?? new FarView()
    this.#views.set(process, known)
    return known
  }
}

const isOfNamedServices = ({ path, query }: KubeRequest) =>
  /^\/apis\/discovery\.k8s\.io\/v1\/namespaces\/[^/]+\/endpointslices$/.test(path) &&
  /^kubernetes\.io\/service-name( in \([^)]+\)|=[^,()]+)$/.test(query?.labelSelector ?? '')
