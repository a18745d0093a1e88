import type { KubeObject } from '../../../sandbox/server.ts'
import { readElsewhere } from './elsewhere.ts'
import { History } from './history.ts'
import type { Span } from './services.ts'

const clusterLabel = 'mirror.linkerd.io/cluster-name'
const mirroredLabel = 'mirror.linkerd.io/mirrored-service'
const remoteLabel = 'multicluster.linkerd.io/remote-discovery'

/** The cluster that serves each Service, at every moment: `Local`, another one, or none alone. */
export class Clusters {
  readonly #histories = new Map<string, History<string | undefined>>()

  /** Takes a change of a Service; without `object` it is gone. */
  change(key: string, object: KubeObject | undefined, moment: number): void {
    const history = this.#of(key)
    const cluster = object && clusterOf(key, object)
    if (cluster !== history.now) history.set(moment, cluster)
  }

  /** All that served a Service from one moment to another. */
  during(service: string, [from, to]: Span): readonly (string | undefined)[] {
    return [...new Set(this.#of(service).during(from, to))]
  }

  #of(service: string): History<string | undefined> {
    const known = this.#histories.get(service) ?? new History<string | undefined>(undefined)
    this.#histories.set(service, known)
    return known
  }
}

function clusterOf(key: string, service: KubeObject): string | undefined {
  const { labels = {} } = service.metadata
  const named = labels[clusterLabel] ?? labels[remoteLabel]
  if (named !== undefined) return named
  const isElsewhere = labels[mirroredLabel] === 'true' || readElsewhere(key, service) !== undefined
  return isElsewhere ? undefined : 'Local'
}
