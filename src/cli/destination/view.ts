import { err, ok, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import { readLines } from './lines.ts'
import { parseMetricLine, type Sample } from './metric-line.ts'

/** What a destination Pod calls the cluster that it runs in. */
export const localCluster = 'local'

/** The endpoints that one destination Pod gives to the proxies that ask it for a Service and port. */
export interface EndpointSet {
  readonly cluster: string
  readonly service: ServiceKey
  readonly port: number
  /** Only for proxies on this node; absent: for all. Linkerd 2.20 and newer count by node. */
  readonly node: string | undefined
  /** `undefined`: the Pod has a set, and has not reported yet how many are in it. */
  readonly endpoints: number | undefined
}

/** What one destination Pod reports of itself. */
export interface DestinationView {
  readonly sets: readonly EndpointSet[]
  /** The clusters whose objects it watches; empty if its version does not report that. */
  readonly clusters: readonly string[]
  /** When its process started (epoch ms). */
  readonly startedAt: number | undefined
}

/** A destination Pod of a cluster with 5,000 nodes and 100,000 sets answers with some 80 MiB. */
const limits = { lineLength: 16 * 1024, bytes: 256 * 2 ** 20 }
/** Of the Services that are asked for: 20 ports, each on 5,000 nodes. */
const mostSets = 100_000

/** The metrics that are read; those of the sets have the labels of `setOf`. */
const pods = 'endpoints_pods'
const updates = 'endpoints_updates'
const started = 'process_start_time_seconds'
/** Of each cluster whose objects a Pod watches there is one; which one depends on Linkerd's own settings. */
const watched = /^(endpointslices|endpoints|service|pod)_cache_size$/

/**
 * Reads the metrics of a destination Pod, and keeps what they say of the Services that `isWanted`, of
 * `most` sets at most. The error says what is wrong with the text.
 */
export async function readView(
  chunks: AsyncIterable<Buffer>,
  isWanted: (service: ServiceKey) => boolean,
  most = mostSets,
): Promise<Result<DestinationView, string>> {
  const builder = new ViewBuilder(isWanted, most)
  let line = 0
  const read = await readLines(chunks, limits, (text) => {
    line += 1
    if (!isRead(text)) return ok(undefined)
    const sample = parseMetricLine(text)
    if (!sample.ok) return err(`line ${line} of its metrics cannot be read: ${sample.error}`)
    return sample.value ? builder.take(sample.value) : ok(undefined)
  })
  return read.ok ? builder.view() : read
}

/** Most lines of a Pod are of no interest, and need not be parsed. */
const isRead = (line: string): boolean =>
  line.startsWith(pods) ||
  line.startsWith(updates) ||
  line.startsWith(started) ||
  line.includes('_cache_size')

class ViewBuilder {
  readonly #isWanted: (service: ServiceKey) => boolean
  readonly #most: number
  readonly #sets = new Map<string, { set: EndpointSet; pods?: number; updates?: number }>()
  readonly #clusters = new Set<string>()
  #startedAt: number | undefined
  #isDestination = false

  constructor(isWanted: (service: ServiceKey) => boolean, most: number) {
    this.#isWanted = isWanted
    this.#most = most
  }

  take(sample: Sample): Result<void, string> {
    const { name, labels, value } = sample
    if (name === started) this.#startedAt = Number.isFinite(value) ? Math.round(value * 1000) : undefined
    else if (watched.test(name)) {
      this.#isDestination = true
      const cluster = labels.get('cluster')
      if (cluster !== undefined) this.#clusters.add(cluster)
    } else if (name === pods || name === updates) return this.#takeSet(sample)
    return ok(undefined)
  }

  view(): Result<DestinationView, string> {
    if (!this.#isDestination)
      return err(
        'its answer has no metrics of the destination controller, or of a version that is not known here',
      )
    const sets = [...this.#sets.values()].map(({ set, pods, updates }) => ({
      ...set,
      endpoints: isReported(set, pods, updates) ? pods : undefined,
    }))
    return ok({ sets, clusters: [...this.#clusters].sort(), startedAt: this.#startedAt })
  }

  #takeSet({ name, labels, value }: Sample): Result<void, string> {
    const set = setOf(labels)
    if (!set) return err(`the metric ${name} has other labels than are known here`)
    if (!this.#isWanted(set.service) || labels.get('hostname')) return ok(undefined)
    const key = [set.cluster, set.service, set.port, set.node ?? ''].join(' ')
    const known = this.#sets.get(key) ?? { set }
    if (this.#sets.size === this.#most && !this.#sets.has(key))
      return err(`it has more than ${this.#most} sets of endpoints for these Services`)
    this.#sets.set(key, { ...known, [name === pods ? 'pods' : 'updates']: value })
    return ok(undefined)
  }
}

function setOf(labels: Sample['labels']): EndpointSet | undefined {
  const [namespace, service, port] = [
    labels.get('namespace'),
    labels.get('service'),
    Number(labels.get('port')),
  ]
  if (namespace === undefined || service === undefined || !Number.isInteger(port)) return undefined
  return {
    // Linkerd before 2.14 knows one cluster only.
    cluster: labels.get('cluster') ?? localCluster,
    service: `${namespace}/${service}`,
    port,
    node: labels.get('nodename'),
    endpoints: undefined,
  }
}

/**
 * Linkerd 2.20 creates a set of a node when the first proxy of the node asks, and sets its numbers only when
 * the endpoints change after that (linkerd2, `controller/api/destination/watcher/port_publisher.go`): until
 * then both are 0, whatever the proxy was given. Versions before that have no label `nodename`, and set them
 * at once.
 */
const isReported = ({ node }: EndpointSet, pods: number | undefined, updates: number | undefined): boolean =>
  pods !== undefined && (node === undefined || pods > 0 || (updates ?? 0) > 0)
