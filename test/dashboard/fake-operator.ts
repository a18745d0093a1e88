/** An operator without a cluster: the real view, API and stream over routes that a test makes up. */
import { resolve } from 'node:path'
import { readAssets } from '../../src/admin/assets.ts'
import { type AdminServer, startAdminServer } from '../../src/admin/server.ts'
import type { DrainFacts } from '../../src/api/drain-item.ts'
import { systemClock } from '../../src/base/clock.ts'
import { RouteMemory } from '../../src/controller/memory.ts'
import { PolicyMemory } from '../../src/controller/policy-memory.ts'
import { pastEntries } from '../../src/controller/report/past-entries.ts'
import { appendTimeline, updateView } from '../../src/controller/report/timeline.ts'
import { type Account, accountOf } from '../../src/core/account.ts'
import { applyPlan } from '../../src/core/plan.ts'
import type { Policy } from '../../src/core/policy/types.ts'
import { unknownBecause } from '../../src/core/readiness.ts'
import { type Backend, readinessOf, type ServiceKey, type Split } from '../../src/core/types.ts'
import type { OwnEvent } from '../../src/kube/events/own-events.ts'
import type { Finding } from '../../src/routes/finding.ts'
import { type Judged, judgeRoute } from '../../src/routes/judge.ts'
import type { Route } from '../../src/routes/route.ts'
import { View } from '../../src/view/view.ts'

const dashboard = resolve(import.meta.dirname, '../../dist/dashboard')

export interface MadeUpRoute {
  readonly namespace: string
  readonly name: string
  /** Backends by name, the first is the primary, with the cluster each is mirrored from (`''`: this one). */
  readonly backends: Readonly<Record<string, string>>
  readonly paused?: boolean
  readonly problem?: string
  /** Backends by their place in `backends`. */
  readonly policy?: Policy
}

/** What is believed of a Service of a cluster whose credentials are missing. */
export const notKnown = (service: ServiceKey): Account =>
  accountOf(
    service,
    unknownBecause(
      `the EndpointSlices of the Service ${service} in cluster east are not known: the Secret linkerd-multicluster/cluster-credentials-east is missing`,
    ),
  )

export class FakeOperator {
  readonly view: View
  readonly #drains: DrainFacts[] = []
  readonly #accounts = new Map<ServiceKey, Account>()
  readonly #clusters = new Map<ServiceKey, string>()
  readonly #routes = new Map<string, Route>()
  readonly #users = new Map<ServiceKey, string[]>()
  readonly #refusals = new Map<string, { message: string; count: number }>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #policies: PolicyMemory
  #server: AdminServer | undefined

  constructor(epoch = 'e1') {
    this.view = new View({
      clock: systemClock,
      epoch,
      readiness: ({ service }) => this.#accountOf(service).readiness,
      account: ({ service }) => this.#accountOf(service),
      clusterOf: (service) => this.#clusters.get(service),
    })
    const { readiness } = this.view
    this.#policies = new PolicyMemory({ clock: systemClock, memory: new RouteMemory(), readiness })
  }

  /** Begins to look after a route whose primary has all the traffic. */
  add({ namespace, name, backends, paused = false, problem, policy }: MadeUpRoute): void {
    const entries = Object.entries(backends)
    const services = entries.map(([service]) => `${namespace}/${service}`)
    for (const [service, cluster] of entries) {
      const key = `${namespace}/${service}`
      this.#accounts.set(key, accountOf(key, readinessOf(3, 3)))
      if (cluster) this.#clusters.set(key, cluster)
    }
    const split: Split = {
      backends: services.map((service, index) => ({ service, weight: index === 0 ? 100 : 0 })),
      primary: services[0],
      absentWeight: 0,
      maxWeight: 1_000_000,
      problem,
      paused,
      policy,
    }
    const route: Route = {
      apiVersion: 'split.smi-spec.io/v1alpha2',
      kind: 'TrafficSplit',
      objectKind: 'TrafficSplit',
      namespace,
      name,
      uid: name,
      generation: 1,
      labels: {},
      annotations: {},
      splits: [split],
      apexes: [`${namespace}/${name}`],
      places: [],
    }
    for (const service of services) {
      this.#users.set(service, [...(this.#users.get(service) ?? []), keyOf(route)])
    }
    this.#look(route, 0)
  }

  /** An earlier process has reported these, and only Events show them. */
  recall(events: readonly OwnEvent[]): void {
    this.view.recall(pastEntries(events, this.view))
  }

  /** The route is not the operator's any more. */
  remove(key: string): void {
    const before = this.view.get(key)
    this.#routes.delete(key)
    this.view.remove(key)
    if (!before) return
    const { apiVersion, kind, namespace, name } = before.route
    this.view.append({
      what: 'end',
      route: { apiVersion, kind, namespace, name },
      rule: undefined,
      state: before.state,
      sentence: 'was deleted',
      splits: [],
      cluster: undefined,
      reactionMs: undefined,
    })
  }

  /** A cluster is drained from now on. */
  drain(
    cluster: string,
    words: Pick<DrainFacts, 'namespace' | 'name'> & { reason: string; forMs: number },
  ): void {
    const { namespace, name, reason, forMs } = words
    const now = systemClock.wallTime()
    this.#drains.push({
      namespace,
      name,
      scope: 'all',
      spec: { from: [{ cluster }], until: now.getTime() + forMs, reason, lastResort: 'Allow' },
      since: now,
      endedAt: undefined,
      routes: { moved: this.#servedFrom(cluster), left: 0 },
    })
    for (const route of [...this.#routes.values()]) this.#look(route, 4)
  }

  /** How many routes have traffic to a cluster. */
  #servedFrom(cluster: string): number {
    const isThere = ({ service, weight = 0 }: Backend) =>
      weight > 0 && this.#clusters.get(service) === cluster
    const all = [...this.#routes.values()]
    return all.filter(({ splits }) => splits.some(({ backends }) => backends.some(isThere))).length
  }

  #drainOf(service: ServiceKey) {
    const cluster = this.#clusters.get(service)
    const drain = this.#drains.find(({ spec: { from } }) =>
      from.some((target) => 'cluster' in target && target.cluster === cluster),
    )
    return drain && { lastResort: drain.spec.lastResort, by: `${drain.namespace}/${drain.name}` }
  }

  /** The Service has so many ready endpoints from now on; `undefined`: nobody knows. */
  ready(service: ServiceKey, ready: number | undefined, total = 3): void {
    this.believe(
      service,
      ready === undefined ? notKnown(service) : accountOf(service, readinessOf(ready, total)),
    )
  }

  /** All that the operator believes of a Service from now on. */
  believe(service: ServiceKey, account: Account): void {
    this.#accounts.set(service, account)
    for (const key of this.#users.get(service) ?? []) {
      const route = this.#routes.get(key)
      if (route) this.#look(route, 2 + Math.random() * 6)
    }
  }

  /** A look around a route finds something wrong. */
  find(key: string, ...findings: Finding[]): void {
    this.view.find(key, findings)
  }

  /** The API server does not take the weights of a route. */
  refuse(key: string, message: string, count: number): void {
    this.#refusals.set(key, { message, count })
  }

  async start(port = 0): Promise<number> {
    const started = await startAdminServer(
      { host: '127.0.0.1', port },
      {
        clock: systemClock,
        view: this.view,
        version: '0.2.0',
        instance: 'linkerd-failover-6f7c9d-x2x8k',
        startedAt: new Date(),
        live: () => [],
        ready: () => [],
        metrics: async () => ({ contentType: 'text/plain', text: '' }),
        busy: () => false,
        leadership: () => ({ role: 'leader', leader: 'linkerd-failover-6f7c9d-x2x8k' }),
        watches: () =>
          ['trafficsplits', 'endpointslices', 'endpoints', 'services'].map((name) => ({
            name,
            state: 'watching',
            synced: true,
            size: this.#routes.size,
          })),
        gateways: () => [],
        drains: () => this.#drains,
        excerpt: ({ apiVersion, kind, namespace, name, splits }) => ({
          apiVersion,
          kind,
          metadata: { namespace, name },
          spec: { service: name, backends: splits[0]?.backends },
        }),
        assets: readAssets([dashboard]),
      },
    )
    if (!started.ok) throw new Error(started.error)
    this.#server = started.value
    return started.value.port
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await this.#server?.close()
  }

  #accountOf(service: ServiceKey): Account {
    return this.#accounts.get(service) ?? notKnown(service)
  }

  /** What the operator does with a route that is due: decide, plan, write, report. */
  #look(route: Route, reactionMs: number): void {
    const key = keyOf(route)
    const judged = judgeRoute(route, this.view.readiness, {
      past: this.#policies.past(key, route),
      drained: ({ service }) => this.#drainOf(service),
    })
    const outcome = this.#outcomeOf(key, judged)
    this.#policies.decided(key, outcome)
    const before = this.view.get(key)
    this.#routes.set(key, outcome.kind === 'written' ? outcome.after : route)
    updateView(this.view, key, outcome, systemClock)
    const refusal = this.#refusals.get(key)
    const record = this.view.get(key)
    if (refusal && record) this.view.put(key, { ...record, refusal })
    if (before) appendTimeline(this.view, outcome, before, reactionMs)
    this.#lookAgain(key, judged)
  }

  #outcomeOf(key: string, judged: Judged) {
    const { route, verdicts } = judged
    const isWritten = !this.#refusals.has(key) && verdicts.some(({ plan }) => plan.length > 0)
    if (!isWritten) return { kind: 'steady', ...judged } as const
    const splits = verdicts.map(({ split, plan }) => applyPlan(split, plan))
    return { kind: 'written', ...judged, after: { ...route, splits } } as const
  }

  /** When a wait is over. */
  #lookAgain(key: string, { verdicts }: Judged): void {
    clearTimeout(this.#timers.get(key))
    const times = verdicts.flatMap(({ wakeAt }) => wakeAt ?? [])
    if (times.length === 0) return
    const look = () => {
      const route = this.#routes.get(key)
      if (route) this.#look(route, 3)
    }
    this.#timers.set(key, setTimeout(look, Math.max(0, Math.min(...times) - systemClock.now())))
  }
}

const keyOf = ({ kind, namespace, name }: Pick<Route, 'kind' | 'namespace' | 'name'>) =>
  `${kind}/${namespace}/${name}`
