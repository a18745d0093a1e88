import { vi } from 'vitest'
import { type KubeObject, type Sandbox, startSandbox } from '../../sandbox/server.ts'
import type { Clock } from '../../src/base/clock.ts'
import { err, ok } from '../../src/base/result.ts'
import { createTransport, type Transport } from '../../src/kube/http/transport.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { createMemoryLog } from '../../src/kube/testing/memory-log.ts'
import { type Operator, startOperator } from '../../src/operator/operator.ts'
import type { GatewayProbing } from '../../src/readiness/gateways/gateways.ts'
import type { Links } from '../../src/readiness/remote/linked-clusters.ts'
import type { TimelineEntry } from '../../src/view/timeline-entry.ts'

const controlledBy = 'failover.linkerd.io/controlled-by'
const namespace = 'shop'

/** How a test starts an operator, where it matters. */
export interface Replica {
  /** Runs between a decision and the arrival of its patch. */
  readonly beforePatch?: () => void
  /** Asked about each patch that was answered: true loses the answer. */
  readonly losesAnswer?: () => boolean
  /** Waited for before each line of a watch of TrafficSplits arrives. */
  readonly hearsOfSplits?: () => Promise<void>
  /** The same for EndpointSlices. */
  readonly hearsOfSlices?: () => Promise<void>
  /** The same for Drains. */
  readonly hearsOfDrains?: () => Promise<void>
  /** While it answers true nothing that this operator asks is answered, and nothing of it arrives. */
  readonly isCutOff?: () => boolean
  /** How long it leaves a move that is needed to the leader (ms); for ever without it. */
  readonly hedgeAfterMs?: number
  readonly onEntry?: (entry: TimelineEntry) => void
  /** Stands for the lease under this name. */
  readonly identity?: string
  /** It writes ServiceProfiles, in the domain `cluster.local`. */
  readonly writesProfiles?: boolean
  /** It follows policies and Drains; those of this namespace are for all routes. */
  readonly policies?: string
  /** The other clusters that it may read. */
  readonly links?: Links
  /** How it probes the gateways of other clusters. */
  readonly probing?: GatewayProbing
  /** Ten times as fast as the wall without it, so that Events and a second try need not be waited for. */
  readonly clock?: Clock
}

/** A sandbox and the whole operator on it, in one process, in words of the domain. */
export class Cluster {
  readonly log = createMemoryLog()
  /** What operators have asked for, as `GET /path`; watches too. */
  readonly asked: string[] = []
  readonly #sandbox: Sandbox
  readonly #stops: (() => Promise<void>)[] = []

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
  }

  static async start(options: { trafficSplits?: boolean; gatewayRoutes?: boolean } = {}): Promise<Cluster> {
    return new Cluster(await startSandbox({ controllers: false, ...options }))
  }

  get faults() {
    return this.#sandbox.faults
  }

  /** The address of the API server. */
  get url(): string {
    return this.#sandbox.url
  }

  get store() {
    return this.#sandbox.store
  }

  /** Starts an operator. */
  async operator({
    beforePatch,
    losesAnswer,
    hearsOfSplits,
    hearsOfSlices,
    hearsOfDrains,
    isCutOff,
    hedgeAfterMs = 0,
    onEntry,
    identity,
    links,
    writesProfiles = false,
    policies,
    probing,
    clock = fastClock(10),
  }: Replica = {}): Promise<Operator> {
    const cluster = { server: this.#sandbox.url, credentials: async () => ({ headers: {} }), source: 'test' }
    const transport = createTransport(cluster, clock)
    const patching: Transport = {
      request: async (req) => {
        if (isCutOff?.()) return err({ kind: 'unreachable', message: 'it is cut off' })
        this.asked.push(`${req.method} ${req.path}`)
        const isOurs = req.method === 'PATCH' && !req.path.includes('events')
        if (isOurs) beforePatch?.()
        const answer = await transport.request(req)
        return isOurs && losesAnswer?.() ? err({ kind: 'timeout', message: 'the answer was lost' }) : answer
      },
      stream: async (req) => {
        this.asked.push(`${req.method} ${req.path}`)
        const opened = await transport.stream(req)
        if (!opened.ok) return opened
        if (hearsOfSplits && req.path.endsWith('/trafficsplits')) return ok(late(opened.value, hearsOfSplits))
        if (hearsOfSlices && req.path.endsWith('/endpointslices'))
          return ok(late(opened.value, hearsOfSlices))
        if (hearsOfDrains && req.path.endsWith('/drains')) return ok(late(opened.value, hearsOfDrains))
        return opened
      },
      close: () => transport.close(),
    }
    const operator = startOperator({
      transport: patching,
      clock,
      random: Math.random,
      log: this.log,
      selector: controlledBy,
      instance: identity ?? 'test',
      links,
      policies,
      serviceProfiles: writesProfiles ? { clusterDomain: 'cluster.local' } : undefined,
      probing,
      election:
        identity === undefined
          ? undefined
          : { namespace, name: 'linkerd-failover', identity, hedgeAfterMs, selector: controlledBy },
      ...(onEntry ? { onEntry } : {}),
    })
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= operator.stop()
      return stopped
    }
    this.#stops.push(async () => {
      await stop()
      await transport.close()
    })
    return { ...operator, stop }
  }

  /** Starts an operator and waits until it acts. */
  async readyOperator(replica?: Replica): Promise<Operator> {
    const operator = await this.operator(replica)
    await eventually(() => operator.ready().length === 0)
    return operator
  }

  /** Creates a Service with the port 80, if it is not there. */
  service(name: string): void {
    if (this.store.get('services', namespace, name)) return
    this.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name },
      spec: { ports: [{ port: 80 }] },
    })
  }

  /** Writes the only slice of a Service: `ready` of `total` endpoints; the Service too, if it is not there. */
  slice(service: string, ready: number, total = Math.max(ready, 1), overrides: object = {}): void {
    this.service(service)
    const endpoints = Array.from({ length: total }, (_, index) => ({
      addresses: [`10.0.0.${index + 1}`],
      conditions: { ready: index < ready },
    }))
    this.put({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace,
        name: `${service}-1`.slice(-253),
        labels: { 'kubernetes.io/service-name': service },
      },
      addressType: 'IPv4',
      ports: [{ port: 8080 }],
      endpoints,
      ...overrides,
    })
  }

  /** Writes a controlled TrafficSplit; weights by Service, the first is the primary. */
  split(name: string, weights: Record<string, unknown>, metadata: object = {}): void {
    const backends = Object.entries(weights).map(([service, weight]) => ({ service, weight }))
    this.rawSplit(name, { service: name, backends }, metadata)
  }

  rawSplit(name: string, spec: object, metadata: object = {}): void {
    this.put({
      apiVersion: 'split.smi-spec.io/v1alpha1',
      kind: 'TrafficSplit',
      metadata: { namespace, name, labels: { [controlledBy]: 'linkerd-failover' }, ...metadata },
      spec: JSON.parse(JSON.stringify(spec)),
    })
  }

  /** Lets TrafficSplits carry fields that their CRD does not name. */
  keepUnknownFields(): void {
    const crd = this.store.get('customresourcedefinitions', '', 'trafficsplits.split.smi-spec.io')
    if (!crd) throw new Error('there is no TrafficSplit CRD')
    const text = JSON.stringify(crd).replaceAll(
      '"type":"object","properties"',
      '"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties"',
    )
    this.store.update({ ...crd, ...JSON.parse(text) })
  }

  /** Takes all other versions of TrafficSplit out of service. */
  serveOnly(version: string): void {
    const crd = this.store.get('customresourcedefinitions', '', 'trafficsplits.split.smi-spec.io')
    const other = version === 'v1alpha1' ? 'v1alpha2' : 'v1alpha1'
    const text = JSON.stringify(crd).replace(
      new RegExp(`"name":"${other}","served":true`),
      `"name":"${other}","served":false`,
    )
    if (!crd || text === JSON.stringify(crd)) throw new Error(`the CRD does not serve ${other}`)
    this.store.update({ ...crd, ...JSON.parse(text) })
  }

  /** Creates an object, or replaces it if it is there. */
  put(object: KubeObject): void {
    const known = this.store.get(resourceOf(object), object.metadata.namespace ?? '', object.metadata.name)
    if (known) this.store.update(object)
    else this.store.create(object)
  }

  /** The weights of a TrafficSplit as they stand now. */
  weights(name: string): unknown[] {
    const spec = this.store.get('trafficsplits', namespace, name)?.spec
    const backends = typeof spec === 'object' && spec && 'backends' in spec ? spec.backends : []
    return Array.isArray(backends)
      ? backends.map((backend) =>
          typeof backend === 'object' && backend && 'weight' in backend ? backend.weight : undefined,
        )
      : []
  }

  /** Notes of the Events about an object, in the order of their creation. */
  notes(name: string): string[] {
    return this.store
      .list('events', namespace)
      .filter(({ regarding, involvedObject }) =>
        JSON.stringify(regarding ?? involvedObject).includes(`"${name}"`),
      )
      .map(({ note, message }) => String(note ?? message))
  }

  /** Whoever holds the lease, '' for nobody. */
  get leader(): string {
    const spec = this.store.get('leases', namespace, 'linkerd-failover')?.spec
    return typeof spec === 'object' && spec && 'holderIdentity' in spec ? String(spec.holderIdentity) : ''
  }

  /** How often the lease was written. */
  get renewals(): number {
    return this.store.requests({ verb: 'update', resource: 'leases' })
  }

  /** Edits the lease. */
  editLease(spec: Record<string, string | number>): void {
    const lease = this.store.get('leases', namespace, 'linkerd-failover')
    if (!lease) throw new Error('there is no lease')
    this.store.update({ ...lease, spec: { ...Object(lease.spec), ...spec } })
  }

  /** How many writes to TrafficSplits arrived, refused ones too. */
  get patches(): number {
    return this.store.requests({ verb: 'patch', resource: 'trafficsplits' })
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop()
    await this.#sandbox.stop()
  }
}

async function* late(lines: AsyncIterable<unknown>, arrival: () => Promise<void>): AsyncGenerator<unknown> {
  for await (const line of lines) {
    await arrival()
    yield line
  }
}

/** The plural, with the group where it has a dot: `httproutes.policy.linkerd.io`. */
function resourceOf({ apiVersion, kind }: KubeObject): string {
  const group = apiVersion.includes('.') ? `.${apiVersion.split('/')[0]}` : ''
  const plural = kind
    .toLowerCase()
    .replace(/s?$/, 's')
    .replace(/([^aeo])ys$/, '$1ies')
  return `${plural}${group}`
}

/** Waits for a state; fails after 20 s, so that a machine under load does not fail it. */
export const eventually = (condition: () => boolean | Promise<boolean>): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error('the awaited state did not come')
    },
    { timeout: 20_000, interval: 5 },
  )
