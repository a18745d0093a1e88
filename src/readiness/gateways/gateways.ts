import type { ServiceKey } from '../../core/types.ts'
import type { Discovery } from '../../kube/discovery.ts'
import type { Cache, CacheTools } from '../../kube/watch/cache.ts'
import { unlistedLinks } from '../missing.ts'
import { doubtOfLinks, type Link } from './link.ts'
import { LinkWatch } from './link-watch.ts'
import type { Ways } from './mirrors.ts'

/** What a reader of Links is made with. */
export interface GatewayTools extends CacheTools {
  readonly discovery: Pick<Discovery, 'find'>
  /** The Services that routes use and that are mirrored from a cluster through its gateway. */
  readonly mirrorsOf: (cluster: string | undefined) => Iterable<ServiceKey>
  /** Called with each of these that may be judged differently now. */
  readonly onService: (service: ServiceKey) => void
}

/** The ways to other clusters that lead through a gateway, as this cluster's Links describe them. */
export class Gateways implements Ways {
  readonly #links: LinkWatch

  /** Nothing is asked of the server before `need`. */
  constructor(tools: GatewayTools) {
    this.#links = new LinkWatch(tools, tools.discovery, (cluster) => {
      for (const service of tools.mirrorsOf(cluster)) tools.onService(service)
    })
  }

  doubt: Ways['doubt'] = (service, cluster) => {
    if (this.#links.isServed === undefined) return unlistedLinks(cluster)
    return this.#links.isServed ? doubtOfLinks(service, cluster, this.#links.all()) : undefined
  }

  /** There is a mirrored Service, so Links matter. */
  need(): void {
    this.#links.start()
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

  stop(): Promise<void> {
    return this.#links.cache.stop()
  }
}
