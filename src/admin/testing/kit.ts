import type { DrainFacts } from '../../api/drain-item.ts'
import { type Account, accountOf } from '../../core/account.ts'
import { decide } from '../../core/decide.ts'
import { unknownBecause } from '../../core/readiness.ts'
import { readinessOf, type ServiceKey, type Split } from '../../core/types.ts'
import { createManualClock, type ManualClock } from '../../kube/testing/manual-clock.ts'
import type { Finding } from '../../routes/finding.ts'
import type { Route } from '../../routes/route.ts'
import type { LastLook } from '../../view/route-record.ts'
import { View } from '../../view/view.ts'
import { type AdminServer, type AdminSources, startAdminServer } from '../server.ts'

/** Weights by Service of the namespace `shop`; the first is the primary. */
export type Weights = Readonly<Record<string, number>>

export function routeOf(name: string, weights: Weights, namespace = 'shop'): Route {
  const backends = Object.entries(weights).map(([service, weight]) => ({
    service: `${namespace}/${service}`,
    weight,
  }))
  const split: Split = {
    backends,
    primary: backends[0]?.service,
    absentWeight: 0,
    maxWeight: 1000,
    problem: undefined,
    paused: false,
  }
  return {
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    objectKind: 'TrafficSplit',
    namespace,
    name,
    uid: 'u',
    generation: 1,
    labels: {},
    annotations: undefined,
    apexes: [`${namespace}/${name}`],
    splits: [split],
    places: [],
  }
}

/** A view that a test fills, and an admin server on it. */
export class AdminKit {
  readonly clock: ManualClock = createManualClock()
  readonly view: View
  readonly drains: DrainFacts[] = []
  readonly #accounts = new Map<ServiceKey, Account>()
  readonly #clusters = new Map<ServiceKey, string>()
  #server: AdminServer | undefined

  constructor(options: { capacity?: number } = {}) {
    this.view = new View({
      clock: this.clock,
      epoch: 'e1',
      readiness: ({ service }) => this.#accountOf(service).readiness,
      account: ({ service }) => this.#accountOf(service),
      clusterOf: (service) => this.#clusters.get(service),
      ...options,
    })
  }

  ready(service: ServiceKey, ready: number, total = ready): void {
    this.believe(service, accountOf(service, readinessOf(ready, total)))
  }

  /** All that the operator believes of a Service from now on. */
  believe(service: ServiceKey, account: Account): void {
    this.#accounts.set(service, account)
  }

  #accountOf(service: ServiceKey): Account {
    return this.#accounts.get(service) ?? accountOf(service, readinessOf(0, 0))
  }

  mirrored(service: ServiceKey, cluster: string): void {
    this.#clusters.set(service, cluster)
  }

  /** The operator looks at a route. */
  put(
    name: string,
    weights: Weights,
    overrides: Partial<Split> = {},
    namespace = 'shop',
    look: Partial<LastLook> = {},
  ): void {
    const route = routeOf(name, weights, namespace)
    const splits = route.splits.map((split) => ({ ...split, ...overrides }))
    const decisions = splits.map((split) => decide({ split, readiness: this.view.readiness }))
    this.view.put(`TrafficSplit/${namespace}/${name}`, {
      route: { ...route, splits },
      decisions,
      refusal: undefined,
      ...look,
    })
  }

  /** A look around a route finds something wrong. */
  find(name: string, ...findings: Finding[]): void {
    this.view.find(`TrafficSplit/shop/${name}`, findings)
  }

  failedOver(name: string, reactionMs = 5): void {
    this.view.append({
      what: 'failover',
      route: { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit', namespace: 'shop', name },
      rule: 'SecondariesReady',
      state: 'failover',
      sentence: 'fails over: shop/web has no endpoints; shop/east takes over',
      splits: [
        {
          where: undefined,
          backends: [
            { service: 'shop/web', from: 1, to: 0, readiness: readinessOf(0, 0) },
            {
              service: 'shop/east',
              from: undefined,
              to: 1,
              readiness: unknownBecause('the slices of shop/east are missing'),
            },
          ],
        },
      ],
      cluster: undefined,
      reactionMs,
    })
  }

  /** The operator reads back from an Event that `web` failed over. */
  recall(id: string, at: Date): void {
    this.view.recall([
      {
        id,
        at,
        what: 'failover',
        route: {
          apiVersion: 'split.smi-spec.io/v1alpha2',
          kind: 'TrafficSplit',
          namespace: 'shop',
          name: 'web',
        },
        rule: undefined,
        state: 'failover',
        sentence: 'fails over: shop/web has no endpoints; shop/east takes over',
        splits: [],
        cluster: undefined,
        reactionMs: undefined,
      },
    ])
  }

  sources(): AdminSources {
    return {
      clock: this.clock,
      view: this.view,
      version: '1.2.3',
      instance: 'pod-a',
      startedAt: this.clock.wallTime(),
      live: () => [],
      ready: () => [],
      metrics: async () => ({ contentType: 'text/plain', text: 'up 1\n' }),
      busy: () => false,
      leadership: () => ({ role: 'leader', leader: 'pod-a' }),
      drains: () => this.drains,
      watches: () => [{ name: 'trafficsplits', state: 'watching', synced: true, size: 2 }],
      gateways: () => [
        { cluster: 'east', state: 'down', since: new Date(0), trouble: 'no answer in 500 ms' },
      ],
      excerpt: ({ name }) => ({ metadata: { name } }),
      assets: new Map(),
    }
  }

  async start(sources: Partial<AdminSources> = {}): Promise<AdminServer> {
    const started = await startAdminServer({ host: '127.0.0.1', port: 0 }, { ...this.sources(), ...sources })
    if (!started.ok) throw new Error(started.error)
    this.#server = started.value
    return started.value
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server?.port}`
  }

  /** Asks the API; answers with status and JSON. */
  async ask(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${this.url}${path}`, { headers })
    return { status: answer.status, body: await answer.json() }
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }
}
