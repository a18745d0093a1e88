import type { Timer } from '../../base/clock.ts'
import type { Readiness, ServiceKey } from '../../core/types.ts'
import type { Discovery } from '../../kube/discovery.ts'
import type { Cache, CacheTools } from '../../kube/watch/cache.ts'
import { unlistedLinks, waitingGateway } from '../missing.ts'
import type { Gateway, GatewayState, Outcome } from './gateway.ts'
import { doubtOfLinks, type Link, type Probed } from './link.ts'
import { LinkWatch } from './link-watch.ts'
import type { Ways } from './mirrors.ts'
import type { ProbeNetwork } from './network.ts'
import { type ProbeSettings, Probes } from './probes.ts'

/** How gateways are probed, and by which network. */
export interface GatewayProbing {
  readonly settings: ProbeSettings
  readonly network: ProbeNetwork
}

/** What a reader of Links is made with. */
export interface GatewayTools extends CacheTools {
  readonly discovery: Pick<Discovery, 'find'>
  /** Without it no gateway is probed. */
  readonly probing?: GatewayProbing | undefined
  /** The Services that routes use and that are mirrored through a gateway, each with its cluster. */
  readonly mirrors: () => Iterable<readonly [service: ServiceKey, cluster: string]>
  /** Called with each of these that may be judged differently now. */
  readonly onService: (service: ServiceKey) => void
  /** Called with what each round of probes says of a gateway. */
  readonly onProbe?: ((cluster: string, outcome: Outcome) => void) | undefined
}

/** How one gateway is, by its probes. */
export interface GatewayReading {
  readonly cluster: string
  readonly state: GatewayState
  readonly since: Date
  /** Why it is not up, in words; '' if it is. */
  readonly trouble: string
}

/** Routes and Links come and go in crowds; what they need is looked at once it was quiet for so long (ms). */
const settleMs = 50

/** The ways to other clusters that lead through a gateway, as this cluster's Links describe them. */
export class Gateways implements Ways {
  readonly #tools: GatewayTools
  readonly #links: LinkWatch
  readonly #probes: Probes | undefined
  #timer: Timer | undefined

  /** Nothing is asked of any server before `need`. */
  constructor(tools: GatewayTools) {
    const { probing, clock, onProbe } = tools
    this.#tools = tools
    this.#links = new LinkWatch(tools, tools.discovery, (cluster) => {
      this.touch()
      this.#rejudge(cluster)
    })
    this.#probes =
      probing &&
      new Probes({
        ...probing,
        clock,
        onChange: (cluster, gateway) => this.#onChange(cluster, gateway),
        onOutcome: (cluster, outcome) => onProbe?.(cluster, outcome),
      })
  }

  doubt: Ways['doubt'] = (service, cluster) => {
    if (this.#links.isServed === undefined) return unlistedLinks(cluster)
    if (!this.#links.isServed) return undefined
    const links = this.#links.all()
    return doubtOfLinks(service, cluster, links) ?? this.#doubtOfProbes(cluster, links)
  }

  /** There is a mirrored Service, so Links matter. */
  need(): void {
    this.#links.start()
    this.touch()
  }

  /** Routes may need the gateways of other clusters than before. */
  touch(): void {
    if (!this.#probes || !this.#links.isStarted) return
    this.#timer ??= this.#tools.clock.after(settleMs, () => {
      this.#timer = undefined
      this.#probes?.want(this.#wanted())
    })
  }

  /** The Links, if there is a need for them. */
  get caches(): readonly Cache<Link>[] {
    return this.#links.isStarted ? [this.#links.cache] : []
  }

  /** Whether it is soon known what there is; false if the list of Links fails. */
  get isPending(): boolean {
    const { isStarted, isServed, cache } = this.#links
    return isStarted && isServed === undefined && cache.state() !== 'backingOff'
  }

  get readings(): readonly GatewayReading[] {
    return [...(this.#probes?.all() ?? [])].map(([cluster, gateway]) => readingOf(cluster, gateway))
  }

  /** That of one cluster; `undefined` if its gateway is not probed. */
  reading(cluster: string): GatewayReading | undefined {
    const gateway = this.#probes?.of(cluster)
    return gateway && readingOf(cluster, gateway)
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#probes?.stop()
    await this.#links.cache.stop()
  }

  #doubtOfProbes(cluster: string, links: readonly Link[]): Readiness | undefined {
    if (!this.#probes || probedOf(cluster, links).length === 0) return undefined
    const gateway = this.#probes.of(cluster)
    if (!gateway || gateway.state === 'pending') return waitingGateway(cluster)
    return gateway.state === 'down'
      ? { state: 'down', ready: 0, total: 0, why: downText(cluster, gateway), despiteEndpoints: true }
      : undefined
  }

  /** What is to be probed: the gateways of clusters from which a route uses a mirrored Service. */
  #wanted(): ReadonlyMap<string, readonly Probed[]> {
    const wanted = new Map<string, readonly Probed[]>()
    const links = this.#links.all()
    for (const cluster of new Set([...this.#tools.mirrors()].map(([, from]) => from))) {
      const probed = probedOf(cluster, links)
      if (probed.length > 0) wanted.set(cluster, probed)
    }
    return wanted
  }

  #onChange(cluster: string, { state, trouble }: Gateway): void {
    const { log } = this.#tools
    const fields = { cluster, gateway: state }
    if (state === 'down')
      log.warn(
        fields,
        `the gateway of cluster ${cluster} does not answer, so nothing that is mirrored from there is used: ${trouble}`,
      )
    else if (state === 'unsure')
      log.warn(
        fields,
        `nothing can be said of the gateway of cluster ${cluster}, perhaps because of the operator's own network, so its mirrored services are taken for what their Endpoints say: ${trouble}`,
      )
    else log.info(fields, `the gateway of cluster ${cluster} answers`)
    this.#rejudge(cluster)
  }

  /** Services of a cluster may be judged differently now, or those of all clusters. */
  #rejudge(cluster: string | undefined): void {
    for (const [service, from] of this.#tools.mirrors())
      if (from === (cluster ?? from)) this.#tools.onService(service)
  }
}

const readingOf = (cluster: string, { state, since, trouble }: Gateway): GatewayReading => ({
  cluster,
  state,
  since,
  trouble,
})

const probedOf = (cluster: string, links: readonly Link[]): readonly Probed[] =>
  links.flatMap((link) => (link.cluster === cluster && link.gateway ? [link.gateway] : []))

/** The same text as long as it is down: a decision with another reason would be reported again. */
const downText = (cluster: string, { since, trouble }: Gateway): string =>
  `the gateway of cluster ${cluster} has not answered since ${since.toISOString().slice(0, 19)}Z (${trouble})`
