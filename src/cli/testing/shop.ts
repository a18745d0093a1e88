import { type KubeObject, type Sandbox, startSandbox } from '../../../sandbox/server.ts'
import { version as ourVersion } from '../../base/version.ts'
import { readValues, render } from '../../install/render.ts'
import { type Ran, type RunOptions, run as runOn } from './terminal.ts'

const namespace = 'shop'
const operatorNamespace = 'linkerd-failover'
const smiLabels = { 'linkerd.io/extension': 'smi', component: 'smi-adaptor' }
const smiAdaptor = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'linkerd-smi', name: 'smi-adaptor', labels: smiLabels },
  spec: { selector: { matchLabels: smiLabels }, template: { metadata: { labels: smiLabels }, spec: {} } },
}
const controlledBy = 'failover.linkerd.io/controlled-by'

export interface InstallOptions {
  readonly available?: number
  readonly values?: Record<string, unknown>
  readonly version?: string
  /** Whether the namespace has the label of the extension; true without it. */
  readonly labelled?: boolean
}

export interface SplitOptions {
  readonly namespace?: string
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
}

interface ShopOptions {
  readonly trafficSplits?: boolean
  readonly gatewayRoutes?: boolean
  /** Those of a cluster, for Deployments and Jobs; they do not run without it. */
  readonly controllers?: boolean
}

/** A sandbox without an operator, in words of the domain, and the command line on it. */
export class Shop {
  readonly sandbox: Sandbox

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox
  }

  static async open(options: ShopOptions = {}): Promise<Shop> {
    return new Shop(await startSandbox({ controllers: false, ...options }))
  }

  close(): Promise<void> {
    return this.sandbox.stop()
  }

  /** Runs a command line against the sandbox. */
  run(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
    return runOn(line, { server: this.sandbox.url, ...options })
  }

  /** A Service with `ready` of `total` endpoints, in its only slice; `name` or `namespace/name`. */
  service(name: string, ready: number, total = Math.max(ready, 1)): void {
    const [place, service] = name.includes('/') ? name.split('/') : [namespace, name]
    this.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: place ?? namespace, name: service ?? '' },
      spec: { ports: [{ port: 80 }] },
    })
    const endpoints = Array.from({ length: total }, (_, index) => ({
      addresses: [`10.0.0.${index + 1}`],
      conditions: { ready: index < ready },
    }))
    this.put({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace: place ?? namespace,
        name: `${service}-1`,
        labels: { 'kubernetes.io/service-name': service ?? '' },
      },
      addressType: 'IPv4',
      ports: [{ port: 8080 }],
      endpoints,
    })
  }

  /** A Service that Linkerd mirrors from another cluster, with its Endpoints; both counts as above. */
  mirrored(name: string, cluster: string, ready: number, total = Math.max(ready, 1)): void {
    const labels = {
      'mirror.linkerd.io/mirrored-service': 'true',
      'mirror.linkerd.io/cluster-name': cluster,
    }
    const metadata = { namespace, name, labels }
    const address = (_: unknown, index: number) => ({ ip: `10.1.0.${index + 1}` })
    this.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } })
    this.put({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata,
      subsets: [
        {
          addresses: Array.from({ length: ready }, address),
          notReadyAddresses: Array.from({ length: total - ready }, address),
          ports: [{ port: 4143 }],
        },
      ],
    })
  }

  /** A controlled TrafficSplit: weights by Service, the first is the primary. Returns its uid. */
  split(name: string, weights: Record<string, unknown>, options: SplitOptions = {}): string {
    const backends = Object.entries(weights).map(([service, weight]) => ({ service, weight }))
    const place = options.namespace ?? namespace
    this.put({
      apiVersion: 'split.smi-spec.io/v1alpha1',
      kind: 'TrafficSplit',
      metadata: {
        namespace: place,
        name,
        labels: { [controlledBy]: 'linkerd-failover', ...options.labels },
        annotations: options.annotations ?? {},
      },
      spec: JSON.parse(JSON.stringify({ service: name, backends })),
    })
    return this.get('trafficsplits', name, place)?.metadata.uid ?? ''
  }

  /** The ServiceProfile of a Service, with overrides of these weights by Service. */
  profile(service: string, weights: Record<string, string>, spec: object = {}): void {
    const domain = `${namespace}.svc.cluster.local`
    const dstOverrides = Object.entries(weights).map(([backend, weight]) => ({
      authority: `${backend}.${domain}`,
      weight,
    }))
    this.put({
      apiVersion: 'linkerd.io/v1alpha2',
      kind: 'ServiceProfile',
      metadata: { namespace, name: `${service}.${domain}` },
      spec: JSON.parse(JSON.stringify({ dstOverrides, ...spec })),
    })
  }

  /** A controlled HTTPRoute of the mesh: a rule for each of these weights by Service. */
  httpRoute(name: string, rules: readonly Record<string, number>[]): void {
    const backends = (weights: Record<string, number>) =>
      Object.entries(weights).map(([service, weight]) => ({ name: service, port: 80, weight }))
    this.put({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { namespace, name, labels: { [controlledBy]: 'linkerd-failover' } },
      spec: {
        parentRefs: [{ group: 'core', kind: 'Service', name, port: 80 }],
        rules: rules.map((weights) => ({ backendRefs: backends(weights) })),
      },
    })
  }

  /** A Failover Event about a TrafficSplit, as the operator writes it. */
  transition(name: string, note: string, at: Date, options: { uid?: string; series?: object } = {}): void {
    this.tell(name, { reason: 'Failover', note: `trafficsplit/${name} ${note}`, at, ...options })
  }

  /** An Event of the operator about a TrafficSplit. */
  tell(
    name: string,
    {
      reason,
      note,
      at,
      ...options
    }: { reason: string; note: string; at: Date; uid?: string; series?: object },
  ): void {
    const time = at.toISOString().replace('Z', '000Z')
    this.put({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: `${name}.${at.getTime().toString(16)}` },
      eventTime: time,
      reportingController: 'linkerd-failover',
      reportingInstance: 'test',
      action: reason,
      reason,
      type: 'Normal',
      regarding: {
        apiVersion: 'split.smi-spec.io/v1alpha2',
        kind: 'TrafficSplit',
        namespace,
        name,
        uid: options.uid ?? this.get('trafficsplits', name)?.metadata.uid ?? '',
      },
      note,
      ...(options.series ? { series: JSON.parse(JSON.stringify(options.series)) } : {}),
    })
  }

  /**
   * The extension as the chart installs it, with the SMI adaptor beside it; of the Deployment `available`
   * replicas are. The release has the name that the routes of the tests carry.
   */
  install(options: InstallOptions = {}): void {
    const { available = 1, values = {}, version = ourVersion, labelled = true } = options
    const read = readValues(values)
    if (!read.ok) throw new Error(read.error.join('; '))
    const labels = labelled ? { 'linkerd.io/extension': 'failover' } : {}
    this.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace, labels } })
    const context = { namespace: operatorNamespace, release: 'linkerd-failover', version }
    const deployment = render(read.value, context).find(({ kind }) => kind === 'Deployment')
    this.#deploy(JSON.parse(JSON.stringify(deployment)), available)
    this.#deploy(smiAdaptor, 1)
  }

  /** The lease of the leader, renewed at this time. */
  lead(renewTime: Date, holderIdentity = 'linkerd-failover-abc'): void {
    this.put({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: operatorNamespace, name: 'linkerd-failover' },
      spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: renewTime.toISOString() },
    })
  }

  #deploy(object: KubeObject, availableReplicas: number): void {
    this.put({ ...object, status: { availableReplicas } })
    const { namespace, name } = object.metadata
    const stored = this.get('deployments', name, namespace)
    if (stored) this.sandbox.store.update({ ...stored, status: { availableReplicas } })
  }

  get(resource: string, name: string, place = namespace): KubeObject | undefined {
    return this.sandbox.store.get(resource, place, name)
  }

  /** How many requests were made that could write. */
  get writes(): number {
    const count = (verb: 'create' | 'update' | 'patch' | 'delete') => this.sandbox.store.requests({ verb })
    return count('create') + count('update') + count('patch') + count('delete')
  }

  /** Creates an object, or replaces it if it is there. */
  put(object: KubeObject): void {
    const { store } = this.sandbox
    const plural = `${object.kind.toLowerCase().replace(/s$/, '')}s`.replace(/([^aeo])ys$/, '$1ies')
    const known = store.get(plural, object.metadata.namespace ?? '', object.metadata.name)
    if (known) store.update(object)
    else store.create(object)
  }
}
