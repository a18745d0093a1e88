import type { JsonObject } from '../../../sandbox/json.ts'
import type { Access } from '../../../sandbox/server.ts'
import type { World } from '../../../sandbox/world.ts'
import { DrainOwners } from './drain-owners.ts'
import { endpointsOf, goingEndpoints, mirrored, ports, portsOf, put, serviceOf, sliceOf } from './objects.ts'
import { PolicyOwners } from './policy-owners.ts'
import { writeProfile } from './profiles.ts'
import { own, placeOf, RouteOwners } from './route-owners.ts'
import { type Acts, act, type StepOf, type WorldStep, type WorldSteps } from './step.ts'

const mirroringController = 'endpointslicemirroring-controller.k8s.io'

type Act<K extends keyof WorldSteps> = (step: StepOf<WorldSteps, K>) => void

/** The people and controllers of a cluster: they write objects, whatever the operator does. */
export class Cluster {
  readonly #store: Access
  readonly #acts: Acts<WorldSteps>
  #noise = 0

  /** `now`: virtual ms. */
  constructor(store: Access, now: () => number) {
    this.#store = store
    this.#acts = {
      slices: this.#slices,
      mirror: this.#mirror,
      echo: this.#echo,
      remote: this.#remote,
      withdraw: this.#withdraw,
      ...new RouteOwners(store).acts,
      ...new DrainOwners(store, now).acts,
      ...new PolicyOwners(store).acts,
      profile: (step) => writeProfile(store, step),
      noise: this.#makeNoise,
    }
  }

  act(step: WorldStep): void {
    act(this.#acts, step)
  }

  /** The API server renews its own lease, so the version moves on even where nothing happens. */
  beat(world: World): void {
    world.store.version += 1
  }

  /** The server forgets Events after an hour. */
  forgetEvents(before: Date): void {
    for (const { metadata } of this.#store.list('events', own)) {
      if (new Date(metadata.creationTimestamp ?? 0) < before) this.#store.delete('events', own, metadata.name)
    }
  }

  #slices: Act<'slices'> = ({ service, slices, unset, going = 0 }) => {
    this.#serve(service)
    for (const [index, [ready, notReady, names]] of slices.entries()) {
      const endpoints = [
        ...endpointsOf(ready, unset ? null : true),
        ...endpointsOf(notReady, false),
        ...goingEndpoints(index === 0 ? going : 0),
      ]
      put(this.#store, 'endpointslices', {
        ...sliceOf(service, `${index}`, endpoints, {}),
        ports: portsOf(names),
      })
    }
    const [namespace, name] = placeOf(service)
    for (let index = slices.length; index < 6; index += 1) {
      this.#store.delete('endpointslices', namespace, `${name}-${index}`)
    }
  }

  #mirror: Act<'mirror'> = ({ service, ready, notReady }) => {
    this.#serve(service)
    const [namespace, name] = placeOf(service)
    if (ready === undefined) {
      this.#store.delete('endpoints', namespace, name)
      return
    }
    const addresses = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ip: `10.1.0.${index + 1}` }))
    const subset: JsonObject = {
      ...(ready > 0 ? { addresses: addresses(ready) } : {}),
      ...(notReady > 0 ? { notReadyAddresses: addresses(notReady) } : {}),
      ports: ports.map(({ name }) => ({ name, port: 4143 })),
    }
    put(this.#store, 'endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { namespace, name, labels: mirrored },
      subsets: ready + notReady > 0 ? [subset] : [],
    })
  }

  #echo: Act<'echo'> = ({ service, ready }) => {
    const labels = { ...mirrored, 'endpointslice.kubernetes.io/managed-by': mirroringController }
    put(this.#store, 'endpointslices', sliceOf(service, 'echo', endpointsOf(ready, true), labels))
  }

  #remote: Act<'remote'> = ({ service, on }) => {
    const labels = on ? { ...mirrored, 'multicluster.linkerd.io/remote-discovery': 'east' } : {}
    put(this.#store, 'services', serviceOf(service, labels))
  }

  #withdraw: Act<'withdraw'> = ({ service }) => {
    const [namespace, name] = placeOf(service)
    this.#store.delete('services', namespace, name)
  }

  /** Whoever has endpoints is a Service. */
  #serve(service: string): void {
    const [namespace, name] = placeOf(service)
    if (!this.#store.get('services', namespace, name)) put(this.#store, 'services', serviceOf(service, {}))
  }

  #makeNoise: Act<'noise'> = ({ count }) => {
    for (let index = 0; index < count; index += 1) {
      this.#noise += 1
      const service = `other-${this.#noise % 5}`
      put(this.#store, 'endpointslices', sliceOf(service, '0', endpointsOf(1 + (this.#noise % 3), true), {}))
    }
  }
}
