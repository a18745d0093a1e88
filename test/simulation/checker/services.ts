import type { KubeObject } from '../../../sandbox/server.ts'
import { History } from './history.ts'
import type { Readiness } from './table.ts'

/** From which moment to which a process may have seen a kind of object. */
export type Span = readonly [from: number, to: number]
export type Spans = { readonly endpointslices: Span; readonly endpoints: Span; readonly services: Span }

const mirroredLabel = 'mirror.linkerd.io/mirrored-service'
const remoteMarks = ['multicluster.linkerd.io/remote-discovery', 'multicluster.linkerd.io/local-discovery']

/** What the server ever held about one Service. */
class ServiceHistory {
  /** Of each slice the ports by which its ready endpoints are reached. */
  readonly slices = new Map<string, readonly number[]>()
  /** The ports by which a ready endpoint of its slices is reached. */
  readonly served = new History<readonly number[]>([])
  /** Whether its Endpoints have a ready address; undefined without mirrored Endpoints. */
  readonly mirrored = new History<boolean | undefined>(undefined)
  /** Whether it is there, and whether only another cluster knows its endpoints. */
  readonly place = new History<'absent' | 'here' | 'remote'>('absent')
}

/** Readiness of every Service at every moment, from what docs/developing/ARCHITECTURE.md says about which object is asked. */
export class Services {
  readonly #histories = new Map<string, ServiceHistory>()
  readonly #serviceOfSlice = new Map<string, string>()

  /** Takes a change of an EndpointSlice, an Endpoints object or a Service; `object` is absent when it is gone. */
  change(resource: string, key: string, object: KubeObject | undefined, moment: number): void {
    if (resource === 'endpointslices') this.#slice(key, object, moment)
    const isMirrored = object?.metadata.labels?.[mirroredLabel] === 'true'
    if (resource === 'endpoints') {
      this.#of(key).mirrored.set(moment, object && isMirrored ? readyAddresses(object) > 0 : undefined)
    }
    if (resource === 'services')
      this.#of(key).place.set(moment, !object ? 'absent' : isRemote(object) ? 'remote' : 'here')
  }

  /** What a process may take something called (`shop/web:80`) for, given what it can have seen. */
  possible(called: string, spans: Spans): Readiness[] {
    const [service, port] = partsOf(called)
    const { mirrored, place, served } = this.#of(service)
    const bySlices = served.during(...spans.endpointslices).map((ports) => stateOf(isServed(ports, port)))
    const possible = place.during(...spans.services).flatMap((where): Readiness[] => {
      if (where === 'absent') return ['down']
      if (where === 'remote') return ['unknown']
      return mirrored
        .during(...spans.endpoints)
        .flatMap((ready) => (ready !== undefined ? [stateOf(ready)] : bySlices))
    })
    return [...new Set(possible)]
  }

  /** What something called is at the moment. */
  now(called: string): Readiness {
    const [service, port] = partsOf(called)
    const { mirrored, place, served } = this.#of(service)
    if (place.now === 'absent') return 'down'
    if (place.now === 'remote') return 'unknown'
    return stateOf(mirrored.now ?? isServed(served.now, port))
  }

  #slice(key: string, object: KubeObject | undefined, moment: number): void {
    const before = this.#serviceOfSlice.get(key)
    const after = object && !isEcho(object) ? serviceOf(object) : undefined
    if (before !== undefined) this.#of(before).slices.delete(key)
    if (object && after !== undefined) this.#of(after).slices.set(key, readyPorts(object))
    if (after === undefined) this.#serviceOfSlice.delete(key)
    else this.#serviceOfSlice.set(key, after)
    for (const service of new Set([before, after])) {
      if (service === undefined) continue
      const { served, slices } = this.#of(service)
      served.set(moment, [...slices.values()].flat())
    }
  }

  #of(service: string): ServiceHistory {
    const known = this.#histories.get(service) ?? new ServiceHistory()
    this.#histories.set(service, known)
    return known
  }
}

const partsOf = (called: string): [service: string, port: number | undefined] => {
  const [service = '', port] = called.split(':')
  return [service, port === undefined ? undefined : Number(port)]
}

/** Without a port any will do: all Services have the same ports, so an apex has them as well. */
const isServed = (ports: readonly number[], port: number | undefined) =>
  port === undefined ? ports.length > 0 : ports.includes(port)

const stateOf = (ready: boolean): Readiness => (ready ? 'ready' : 'down')

const serviceOf = ({ metadata }: KubeObject) =>
  `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`

/** A copy of a mirrored service's Endpoints, made by the cluster. */
const isEcho = ({ metadata: { labels = {} } }: KubeObject) =>
  labels[mirroredLabel] === 'true' &&
  labels['endpointslice.kubernetes.io/managed-by'] === 'endpointslicemirroring-controller.k8s.io'

const isRemote = (object: KubeObject) =>
  remoteMarks.some(
    (mark) => (object.metadata.labels?.[mark] ?? object.metadata.annotations?.[mark]) !== undefined,
  )

const nameOf = (port: unknown) =>
  typeof port === 'object' && port !== null && 'name' in port ? [String(port.name)] : []

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The ports that Services have, by their names. */
const numbers: Readonly<Record<string, number>> = { http: 80, admin: 81 }

function readyPorts({ endpoints, ports }: KubeObject): number[] {
  const isReady = list(endpoints).some((endpoint) => !JSON.stringify(endpoint).includes('"ready":false'))
  return isReady
    ? list(ports)
        .flatMap(nameOf)
        .flatMap((name) => numbers[name] ?? [])
    : []
}

function readyAddresses({ subsets }: KubeObject): number {
  const counts = list(subsets).map((subset) =>
    typeof subset === 'object' && subset !== null && 'addresses' in subset
      ? list(subset.addresses).length
      : 0,
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
