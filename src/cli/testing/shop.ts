import { type KubeObject, type Sandbox, startSandbox } from '../../../sandbox/server.ts'
import { type Ran, type RunOptions, run as runOn } from './terminal.ts'

const namespace = 'shop'
const controlledBy = 'failover.linkerd.io/controlled-by'

export interface SplitOptions {
  readonly namespace?: string
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
}

/** A sandbox without an operator, in words of the domain, and the command line on it. */
export class Shop {
  readonly sandbox: Sandbox

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox
  }

  static async open(options: { trafficSplits?: boolean } = {}): Promise<Shop> {
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

  /** A Failover Event about a TrafficSplit, as the operator writes it. */
  transition(name: string, note: string, at: Date, options: { uid?: string; series?: object } = {}): void {
    const time = at.toISOString().replace('Z', '000Z')
    this.put({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: `${name}.${at.getTime().toString(16)}` },
      eventTime: time,
      reportingController: 'linkerd-failover',
      reportingInstance: 'test',
      action: 'Failover',
      reason: 'Failover',
      type: 'Normal',
      regarding: {
        apiVersion: 'split.smi-spec.io/v1alpha2',
        kind: 'TrafficSplit',
        namespace,
        name,
        uid: options.uid ?? this.get('trafficsplits', name)?.metadata.uid ?? '',
      },
      note: `trafficsplit/${name} ${note}`,
      ...(options.series ? { series: JSON.parse(JSON.stringify(options.series)) } : {}),
    })
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
    const plural = `${object.kind.toLowerCase().replace(/s$/, '')}s`
    const known = store.get(plural, object.metadata.namespace ?? '', object.metadata.name)
    if (known) store.update(object)
    else store.create(object)
  }
}
