import type { KubeObject } from '../../../sandbox/server.ts'
import { History } from './history.ts'

/** The EndpointSlices of a cluster at every moment, by the Service that they are about. */
export class Slices {
  /** By Service, of each slice the ports by which its ready endpoints are reached. */
  readonly #slices = new Map<string, Map<string, readonly number[]>>()
  readonly #served = new Map<string, History<readonly number[]>>()
  readonly #serviceOf = new Map<string, string>()

  /** The ports by which a ready endpoint of a Service is reached. */
  of(service: string): History<readonly number[]> {
    const known = this.#served.get(service) ?? new History<readonly number[]>([])
    this.#served.set(service, known)
    return known
  }

  /** Takes a change of a slice; `object` is absent when it is gone. */
  change(key: string, object: KubeObject | undefined, moment: number): void {
    const before = this.#serviceOf.get(key)
    const after = object && !isEcho(object) ? serviceOf(object) : undefined
    if (before !== undefined) this.#slices.get(before)?.delete(key)
    if (object && after !== undefined) {
      const slices = this.#slices.get(after) ?? new Map<string, readonly number[]>()
      this.#slices.set(after, slices.set(key, readyPorts(object)))
    }
    if (after === undefined) this.#serviceOf.delete(key)
    else this.#serviceOf.set(key, after)
    for (const service of new Set([before, after])) {
      if (service === undefined) continue
      this.of(service).set(moment, [...(this.#slices.get(service)?.values() ?? [])].flat())
    }
  }
}

/** Without a port any will do: all Services have the same ports, so an apex has them as well. */
export const isServed = (ports: readonly number[], port: number | undefined): boolean =>
  port === undefined ? ports.length > 0 : ports.includes(port)

const serviceOf = ({ metadata }: KubeObject) =>
  `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`

/** A copy of a mirrored service's Endpoints, made by the cluster. */
const isEcho = ({ metadata: { labels = {} } }: KubeObject) =>
  labels['mirror.linkerd.io/mirrored-service'] === 'true' &&
  labels['endpointslice.kubernetes.io/managed-by'] === 'endpointslicemirroring-controller.k8s.io'

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

const nameOf = (port: unknown) =>
  typeof port === 'object' && port !== null && 'name' in port ? [String(port.name)] : []

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
