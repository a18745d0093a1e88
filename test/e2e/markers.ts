import { expect } from 'vitest'
import { z } from 'zod'
import type { Api } from '../control-plane/api.ts'
import { eventually } from './eventually.ts'
import { namespace } from './mirror.ts'
import { at, endpoints, slice, slices, split, splits } from './objects.ts'

const weighted = z.object({ spec: z.object({ backends: z.array(z.object({ weight: z.number() })) }) })
const gateway = 'marker-gateway'
const ports = [{ name: 'http', port: 80 }]

/**
 * Services whose readiness is the last thing that is written, one for each watch that the operator has of mirrored
 * Services: when it has acted upon these, it has seen everything that was written before.
 */
export class Markers {
  readonly #here: Api
  readonly #there: ReadonlyMap<string, Api>
  readonly #gatewayOf: string
  #ready = true

  /**
   * `there`: the clusters that are linked with the one that calls, by name; `gatewayOf`: one of them, whose Link is
   * there all the time.
   */
  constructor(here: Api, there: ReadonlyMap<string, Api>, gatewayOf: string) {
    this.#here = here
    this.#there = there
    this.#gatewayOf = gatewayOf
  }

  async open(): Promise<void> {
    const mirrored = { 'mirror.linkerd.io/mirrored-service': 'true' }
    await this.#add(gateway, { ...mirrored, 'mirror.linkerd.io/cluster-name': this.#gatewayOf })
    const subsets = [{ addresses: [{ ip: '192.0.2.10' }], ports }]
    const labels = { ...mirrored, 'endpointslice.kubernetes.io/skip-mirror': 'true' }
    const metadata = { name: gateway, labels }
    await this.#here.create(at('v1', 'endpoints', undefined, namespace), { metadata, subsets })
    for (const [cluster, api] of this.#there) {
      const discovered = {
        'multicluster.linkerd.io/remote-discovery': cluster,
        'multicluster.linkerd.io/remote-service': 'marker',
      }
      await this.#add(nameOf(cluster), { ...mirrored, ...discovered })
      await api.create(at(slices, 'endpointslices', undefined, namespace), slice('marker', 1, 1))
    }
  }

  /** A Service, and a split of which it is the primary. */
  async #add(name: string, labels: object): Promise<void> {
    await this.#here.create(at('v1', 'services', undefined, namespace), {
      metadata: { name, labels },
      spec: { ports },
    })
    const object = split(name, { [name]: 1, spare: 0 }, { apex: 'front' })
    await this.#here.create(at(splits, 'trafficsplits', undefined, namespace), object)
  }

  /** Resolves when the operator has acted upon all that was written before, in these linked clusters too. */
  async pass(clusters: readonly string[]): Promise<void> {
    this.#ready = !this.#ready
    const ready = this.#ready ? 1 : 0
    const addresses = this.#ready ? [{ ip: '192.0.2.10' }] : []
    await this.#here.patch(at('v1', 'endpoints', gateway, namespace), {
      subsets: this.#ready ? [{ addresses, ports }] : [],
    })
    for (const cluster of clusters)
      await this.#there
        .get(cluster)
        ?.patch(at(slices, 'endpointslices', 'marker-1', namespace), { endpoints: endpoints(ready, 1) })
    for (const name of [gateway, ...clusters.map(nameOf)])
      await eventually(async () => expect(await this.#weights(name), name).toEqual([ready, 1 - ready]))
  }

  async #weights(name: string): Promise<readonly number[]> {
    const { spec } = await this.#here.get(at(splits, 'trafficsplits', name, namespace), weighted)
    return spec.backends.map(({ weight }) => weight)
  }
}

const nameOf = (cluster: string) => `marker-${cluster}`
