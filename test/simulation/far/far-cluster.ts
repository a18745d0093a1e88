import { Buffer } from 'node:buffer'
import { isObject } from '../../../sandbox/json.ts'
import type { Access } from '../../../sandbox/server.ts'
import type { ClusterConfig } from '../../../src/kube/cluster/cluster.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import type { GatewayProbing } from '../../../src/readiness/gateways/gateways.ts'
import type { Checker } from '../checker/checker.ts'
import { probeSettings } from '../checker/gateway-view.ts'
import type { Process } from '../engine/process.ts'
import { Random } from '../engine/random.ts'
import { Conditions } from '../network/conditions.ts'
import { Server } from '../network/server.ts'
import { connect } from '../network/transport.ts'
import type { Wire } from '../network/wire.ts'
import { endpointsOf, portsOf, put, serviceOf, sliceOf } from '../story/objects.ts'
import { own, placeOf } from '../story/route-owners.ts'
import {
  type Acts,
  act,
  type Export,
  type FarStep,
  type FarSteps,
  type GatewayState,
  type SecretState,
} from '../story/step.ts'
import { linkCrd, putLink } from './link-object.ts'
import { credentialsOf, linkerdNamespace, secretName } from './place.ts'
import { probeNetwork } from './probe-network.ts'
import { ServiceMirror } from './service-mirror.ts'

type Near = Pick<Wire, 'scheduler' | 'server' | 'trace' | 'chance' | 'kill'>

const exportLabels: Readonly<Record<Export, Record<string, string>>> = {
  gateway: { 'mirror.linkerd.io/exported': 'true' },
  headless: { 'mirror.linkerd.io/exported': 'true', headless: 'yes' },
  discovery: { 'mirror.linkerd.io/exported': 'remote-discovery' },
  federated: { 'mirror.linkerd.io/federated': 'member' },
  nothing: {},
}

/** Another cluster with its API server, the Link with it, and the service mirror that follows it. */
export class FarCluster {
  readonly server: Server
  /** What is between the replicas and it, without who watches and what they show. */
  readonly wire: Omit<Wire, 'witness'>
  /** Faults of its network and its server. */
  onFault: (step: FarSteps['far']['fault']) => void = () => {}
  readonly #near: Access
  readonly #mirror: ServiceMirror
  #gateway: GatewayState = 'alive'
  #address = 'https://east.example.com'
  #token = 'token-0'
  #tokens = 0
  #secretState: SecretState = 'absent'

  constructor({ server: near, ...wire }: Near, seed: string) {
    const { scheduler } = wire
    this.server = new Server(scheduler, { routes: false })
    this.#near = near.store
    this.#near.create(linkCrd)
    this.wire = {
      ...wire,
      server: this.server,
      conditions: new Conditions(),
      streams: new Set(),
      chance: (what) => wire.chance(`east ${what}`),
      trace: { add: (now, line) => wire.trace.add(now, `east: ${line}`) },
    }
    this.#mirror = new ServiceMirror(this.#near, scheduler, new Random(`mirror ${seed}`), {
      as: (service) => this.#exportOf(service),
      ready: (service) => this.#readyOf(service),
      all: () => this.server.store.list('services').map(({ metadata }) => keyOf(metadata)),
      gatewayIsAlive: () => this.#gateway === 'alive',
      isReachable: () => !this.wire.conditions.away,
    })
    this.#listen(near)
  }

  /** What it takes now as the credentials of a caller. */
  get accepted(): string {
    return credentialsOf(this.#address, this.#token)
  }

  act(step: FarStep): void {
    act(this.#acts, step)
  }

  /** What somebody began is done: who has changed the token has changed the Secret. */
  heal(): void {
    if (this.#secretState === 'good') this.#writeSecret('good')
  }

  /** A replica's way there, with the credentials that it found. */
  connect(process: Process, { server, credentials }: ClusterConfig, checker: Checker): Transport {
    const known = credentials()
    const token = 'headers' in known ? String(known.headers.authorization ?? '').replace(/^Bearer /, '') : ''
    const { witness, over } = checker.far.connected(process, credentialsOf(server, token))
    const denial = () => {
      if (server !== this.#address) return 'unreachable'
      return token === this.#token ? undefined : 'unauthorized'
    }
    return over(connect(process, { ...this.wire, witness, denial }))
  }

  /** A replica's way to the gateway. */
  probing(process: Process, checker: Checker): GatewayProbing {
    const view = checker.far.probes(process)
    return { settings: probeSettings, network: probeNetwork(process, this.wire, () => this.#gateway, view) }
  }

  readonly #acts: Acts<FarSteps> = {
    pods: ({ service, slices }) => {
      const [namespace, name] = placeOf(service)
      for (const [index, [ready, notReady, names]] of slices.entries()) {
        const endpoints = [...endpointsOf(ready, true), ...endpointsOf(notReady, false)]
        const slice = { ...sliceOf(service, `${index}`, endpoints, {}), ports: portsOf(names) }
        put(this.server.store, 'endpointslices', slice)
      }
      this.#dropSlices(namespace, name, slices.length)
    },
    export: ({ service, as }) => put(this.server.store, 'services', serviceOf(service, exportLabels[as])),
    retitle: ({ service }) => this.#mirror.misread(service),
    drop: ({ service }) => {
      const [namespace, name] = placeOf(service)
      this.server.store.delete('services', namespace, name)
      this.#dropSlices(namespace, name, 0)
    },
    gateway: ({ is }) => {
      this.#gateway = is
      this.#mirror.probe(is === 'alive')
    },
    link: ({ on }) => {
      putLink(this.#near, on)
      this.#mirror.link(on)
    },
    secret: ({ is }) => this.#writeSecret(is),
    token: ({ moves, secretAfter }) => {
      this.#tokens += 1
      this.#token = `token-${this.#tokens}`
      if (moves) this.#address = `https://east-${this.#tokens}.example.com`
      this.wire.scheduler.after(secretAfter, () => this.heal())
    },
    mirrorless: ({ for: ms }) => this.#mirror.die(ms),
    far: ({ fault }) => this.onFault(fault),
  }

  #listen(near: Server): void {
    this.server.sandbox.world.store.onChange(({ plural }, { object: { metadata } }) => {
      const name = plural === 'services' ? metadata.name : metadata.labels?.['kubernetes.io/service-name']
      const { namespace } = metadata
      if (name === undefined) return
      if (plural === 'services') this.#mirror.touch(keyOf({ namespace, name }))
      if (plural === 'endpointslices') this.#mirror.correct(keyOf({ namespace, name }))
    })
    near.sandbox.world.store.onChange(({ plural }, { object, type }) => {
      if (plural === 'services' && type !== 'MODIFIED') this.#mirror.touchLocal(keyOf(object.metadata))
    })
  }

  #dropSlices(namespace: string, name: string, from: number): void {
    for (let index = from; index < 6; index += 1)
      this.server.store.delete('endpointslices', namespace, `${name}-${index}`)
  }

  #exportOf(service: string): Export {
    const [namespace, name] = placeOf(service)
    const labels = this.server.store.get('services', namespace, name)?.metadata.labels ?? {}
    if (labels['mirror.linkerd.io/federated']) return 'federated'
    if (labels['mirror.linkerd.io/exported'] === 'remote-discovery') return 'discovery'
    if (labels['mirror.linkerd.io/exported'] !== 'true') return 'nothing'
    return labels.headless ? 'headless' : 'gateway'
  }

  #readyOf(service: string): number {
    const [namespace, name] = placeOf(service)
    const slices = this.server.store.list('endpointslices', namespace)
    return slices
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
      .flatMap(({ endpoints }) => (Array.isArray(endpoints) ? endpoints.filter(isObject) : []))
      .filter(({ conditions }) => isObject(conditions) && conditions.ready === true).length
  }

  #writeSecret(is: SecretState): void {
    this.#secretState = is
    if (is === 'absent') {
      this.#near.delete('secrets', linkerdNamespace, secretName)
      return
    }
    const address = is === 'strange' ? 'https://nowhere.example.com' : this.#address
    const text = is === 'broken' ? 'no kubeconfig' : kubeconfig(address, this.#token)
    const data = { kubeconfig: Buffer.from(text).toString('base64') }
    const known = this.#near.get('secrets', linkerdNamespace, secretName)
    if (known && isObject(known.data) && known.data.kubeconfig === data.kubeconfig) return
    put(this.#near, 'secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: linkerdNamespace, name: secretName },
      type: 'mirror.linkerd.io/remote-kubeconfig',
      data,
    })
  }
}

const keyOf = ({
  namespace = own,
  name,
}: {
  readonly namespace?: string | undefined
  readonly name: string
}) => (namespace === own ? name : `${namespace}/${name}`)

const kubeconfig = (server: string, token: string): string =>
  JSON.stringify({
    'current-context': 'east',
    contexts: [{ name: 'east', context: { cluster: 'east', user: 'mirror' } }],
    clusters: [{ name: 'east', cluster: { server } }],
    users: [{ name: 'mirror', user: { token } }],
  })
