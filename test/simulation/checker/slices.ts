import type { KubeObject } from '../../../sandbox/server.ts'
import { type Endpoints, endpoints } from './count.ts'
import { History } from './history.ts'

/** Pods of one slice that are ready, by their addresses, and the ports by which they are reached. */
interface Served {
  readonly ports: readonly number[]
  readonly pods: readonly string[]
  /** Those that are not. */
  readonly others: readonly string[]
}

/** The EndpointSlices of a cluster at every moment, by the Service that they are about. */
export class Slices {
  /** By Service, what each slice says. */
  readonly #slices = new Map<string, Map<string, Served>>()
  readonly #served = new Map<string, History<readonly Served[]>>()
  readonly #serviceOf = new Map<string, string>()

  /** The slices of a Service. */
  of(service: string): History<readonly Served[]> {
    const known = this.#served.get(service) ?? new History<readonly Served[]>([])
    this.#served.set(service, known)
    return known
  }

  /** Takes a change of a slice; `object` is absent when it is gone. */
  change(key: string, object: KubeObject | undefined, moment: number): void {
    const before = this.#serviceOf.get(key)
    const after = object && !isEcho(object) ? serviceOf(object) : undefined
    if (before !== undefined) this.#slices.get(before)?.delete(key)
    if (object && after !== undefined) {
      const slices = this.#slices.get(after) ?? new Map<string, Served>()
      this.#slices.set(after, slices.set(key, servedBy(object)))
    }
    if (after === undefined) this.#serviceOf.delete(key)
    else this.#serviceOf.set(key, after)
    for (const service of new Set([before, after])) {
      if (service === undefined) continue
      this.of(service).set(moment, [...(this.#slices.get(service)?.values() ?? [])])
    }
  }
}

/**
 * The Pods that are reached by a port, each counted once. Without a port any will do: all Services have the same
 * ports, so an apex has them as well.
 */
export function countOf(slices: readonly Served[], port: number | undefined): Endpoints {
  const reached = slices.filter(({ ports }) => (port === undefined ? ports.length > 0 : ports.includes(port)))
  const ready = new Set(reached.flatMap(({ pods }) => pods))
  const others = reached.flatMap(({ others }) => others)
  return endpoints(ready.size, new Set([...ready, ...others]).size)
}

const serviceOf = ({ metadata }: KubeObject) =>
  `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`

/** A copy of a mirrored service's Endpoints, made by the cluster. */
const isEcho = ({ metadata: { labels = {} } }: KubeObject) =>
  labels['mirror.linkerd.io/mirrored-service'] === 'true' &&
  labels['endpointslice.kubernetes.io/managed-by'] === 'endpointslicemirroring-controller.k8s.io'

/** The ports that Services have, by their names. */
const numbers: Readonly<Record<string, number>> = { http: 80, admin: 81 }

function servedBy({ endpoints, ports }: KubeObject): Served {
  const texts = list(endpoints)
    .map((endpoint) => JSON.stringify(endpoint))
    .filter((text) => !text.includes('"terminating":true'))
  const addresses = (text: string) => /"addresses":\["([^"]*)/.exec(text)?.[1] ?? []
  const isReady = (text: string) => !text.includes('"ready":false')
  return {
    ports: list(ports)
      .flatMap(nameOf)
      .flatMap((name) => numbers[name] ?? []),
    pods: texts.filter(isReady).flatMap(addresses),
    others: texts.filter((text) => !isReady(text)).flatMap(addresses),
  }
}

const nameOf = (port: unknown) =>
  typeof port === 'object' && port !== null && 'name' in port ? [String(port.name)] : []

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
