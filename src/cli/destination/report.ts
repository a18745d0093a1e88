import type { ServiceKey } from '../../core/types.ts'
import type { DifferenceKind } from './differences.ts'
import type { Given } from './given.ts'
import type { Compared, Difference, Judged } from './judge.ts'
import { messageOf, remedyOf } from './sentences.ts'

/**
 * What Linkerd's destination controller gives to proxies, as `-o json` shows it; what is not known is null.
 */
export interface LinkerdView {
  /** Of Linkerd's control plane. */
  readonly namespace: string
  readonly pods: readonly PodItem[]
  readonly services: readonly ServiceItem[]
  /** Where what Linkerd gives is not what is ready. */
  readonly differences: readonly DifferenceItem[]
  /** What could not be asked, in sentences. */
  readonly unseen: readonly string[]
}

export interface PodItem {
  readonly pod: string
  /** When its process started, RFC 3339. */
  readonly startedAt: string | null
  /** The clusters that it reads, `local` is its own; empty if its version does not report them. */
  readonly clusters: readonly string[] | null
  /** Why it could not be asked. */
  readonly problem: string | null
}

export interface ServiceItem {
  readonly service: ServiceKey
  readonly port: number
  /** Endpoints that are ready. */
  readonly ready: number | null
  /** Of each Pod that answered. `fewest` and `most` differ if it gives proxies on some nodes others. */
  readonly given: readonly {
    readonly pod: string
    readonly state: Given['state']
    readonly fewest: number | null
    readonly most: number | null
  }[]
}

export interface DifferenceItem {
  readonly kind: DifferenceKind
  readonly pod: string
  readonly service: ServiceKey
  readonly port: number
  /** Of the endpoints, or those that the Pod does not read. */
  readonly clusters: readonly string[]
  /** The nodes whose proxies are given so many; empty if those of all are. */
  readonly nodes: readonly string[]
  readonly endpoints: number | null
  readonly ready: number | null
  /** It did not begin before this time, RFC 3339, because `began` happened then. */
  readonly notBefore: string | null
  readonly began: 'the Pod started' | 'the Service was created' | null
  readonly message: string
  readonly remedy: string
}

/** One look in the form of `-o json`; `created`: when Services were created (epoch ms). */
export function reportOf(
  namespace: string,
  { asked, services, differences, unseen }: Judged,
  created: ReadonlyMap<ServiceKey, number>,
): LinkerdView {
  const started = new Map(asked.map(({ pod, view }) => [pod, view.ok ? view.value.startedAt : undefined]))
  return {
    namespace,
    pods: asked.map(({ pod, view }) => ({
      pod,
      startedAt: timeOf(started.get(pod)),
      clusters: view.ok ? view.value.clusters : null,
      problem: view.ok ? null : view.error,
    })),
    services: services.map(serviceItem),
    differences: differences.map((one) => differenceItem(one, namespace, started, created)),
    unseen: [...unseen, ...problemsOf(asked)],
  }
}

const timeOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString()

const problemsOf = (asked: Judged['asked']): string[] =>
  asked.flatMap(({ pod, view }) => (view.ok ? [] : [`${pod}: ${view.error}`]))

const serviceItem = ({ called, ready, given }: Compared): ServiceItem => ({
  service: called.service,
  port: called.port,
  ready: ready ?? null,
  given: given.map(({ pod, given }) => ({
    pod,
    state: given.state,
    fewest: given.state === 'reported' ? given.fewest : null,
    most: given.state === 'reported' ? given.most : null,
  })),
})

function differenceItem(
  { called, ready, found, isEverywhere }: Difference,
  namespace: string,
  started: ReadonlyMap<string, number | undefined>,
  created: ReadonlyMap<ServiceKey, number>,
): DifferenceItem {
  const { kind, pod, clusters, nodes, endpoints } = found
  const around = { called, ready, namespace, isEverywhere }
  return {
    kind,
    pod,
    service: called.service,
    port: called.port,
    clusters,
    nodes,
    endpoints: endpoints ?? null,
    ready: ready ?? null,
    ...beginOf(started.get(pod), kind === 'unread' ? undefined : created.get(called.service)),
    message: messageOf(found, around),
    remedy: remedyOf(found, around),
  }
}

/** The later of the two: before it there was nothing that could differ. */
function beginOf(
  started: number | undefined,
  created: number | undefined,
): Pick<DifferenceItem, 'notBefore' | 'began'> {
  const at = Math.max(started ?? 0, created ?? 0)
  if (at === 0) return { notBefore: null, began: null }
  return { notBefore: timeOf(at), began: at === started ? 'the Pod started' : 'the Service was created' }
}
