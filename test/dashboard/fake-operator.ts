/** An operator without a cluster: the real view, API and stream over routes that a test makes up. */
import { resolve } from 'node:path'
import { readAssets } from '../../src/admin/assets.ts'
import { type AdminServer, startAdminServer } from '../../src/admin/server.ts'
import { systemClock } from '../../src/base/clock.ts'
import { type Account, accountOf } from '../../src/core/account.ts'
import { type Decision, decide } from '../../src/core/decide.ts'
import { explain } from '../../src/core/explain.ts'
import { applyPlan, makePlan } from '../../src/core/plan.ts'
import { unknownBecause } from '../../src/core/readiness.ts'
import { directionOf } from '../../src/core/transition.ts'
import { readinessOf, type ServiceKey, type Split } from '../../src/core/types.ts'
import type { Finding } from '../../src/routes/finding.ts'
import type { Route } from '../../src/routes/route.ts'
import type { EntryKind } from '../../src/view/timeline-entry.ts'
import { View } from '../../src/view/view.ts'

const dashboard = resolve(import.meta.dirname, '../../dist/dashboard')

export interface MadeUpRoute {
  readonly namespace: string
  readonly name: string
  /** Backends by name, the first is the primary, with the cluster each is mirrored from (`''`: this one). */
  readonly backends: Readonly<Record<string, string>>
  readonly paused?: boolean
  readonly problem?: string
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
  readonly #accounts = new Map<ServiceKey, Account>()
  readonly #clusters = new Map<ServiceKey, string>()
  readonly #routes = new Map<string, Route>()
  readonly #users = new Map<ServiceKey, string[]>()
  readonly #refusals = new Map<string, { message: string; count: number }>()
  #server: AdminServer | undefined

  constructor(epoch = 'e1') {
    this.view = new View({
      clock: systemClock,
      epoch,
      readiness: ({ service }) => this.#accountOf(service).readiness,
      account: ({ service }) => this.#accountOf(service),
      clusterOf: (service) => this.#clusters.get(service),
    })
  }

  /** Begins to look after a route whose primary has all the traffic. */
  add({ namespace, name, backends, paused = false, problem }: MadeUpRoute): void {
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

  /** The route is not the operator's any more. */
  remove(key: string): void {
    this.#routes.delete(key)
    this.view.remove(key)
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
    await this.#server?.close()
  }

  #accountOf(service: ServiceKey): Account {
    return this.#accounts.get(service) ?? notKnown(service)
  }

  /** What the operator does with a route that is due: decide, plan, write, tell. */
  #look(route: Route, reactionMs: number): void {
    const [split] = route.splits
    if (!split) return
    const key = keyOf(route)
    const decision = decide({ split, readiness: this.view.readiness })
    const refusal = this.#refusals.get(key)
    const plan = refusal ? [] : makePlan(split, decision)
    const after = applyPlan(split, plan)
    const rule = this.view.get(key)?.decisions[0]?.rule
    this.#routes.set(key, { ...route, splits: [after] })
    this.view.put(key, { route: { ...route, splits: [after] }, decisions: [decision], refusal })
    if (plan.length > 0)
      this.#happened(route, decision, directionOf(split, after), { before: split, after, reactionMs })
    else if (rule !== undefined && rule !== decision.rule) {
      const what = decision.kind === 'hold' ? 'hold' : 'release'
      this.#happened(route, decision, what, { before: split, after, reactionMs: undefined })
    }
  }

  #happened(route: Route, decision: Decision, what: EntryKind, { before, after, reactionMs }: Moved): void {
    const { readiness, clusterOf } = this.view
    const { apiVersion, kind, namespace, name } = route
    const backends = before.backends.map((backend, index) => ({
      service: backend.service,
      from: backend.weight,
      to: after.backends[index]?.weight,
      readiness: readiness(backend),
    }))
    this.view.append({
      what,
      route: { apiVersion, kind, namespace, name },
      rule: decision.rule,
      state: decision.state,
      sentence: explain({ split: before, readiness }, decision),
      splits: [{ where: undefined, backends }],
      cluster: before.primary === undefined ? undefined : clusterOf(before.primary),
      reactionMs,
    })
  }
}

interface Moved {
  readonly before: Split
  readonly after: Split
  readonly reactionMs: number | undefined
}

const keyOf = ({ kind, namespace, name }: Pick<Route, 'kind' | 'namespace' | 'name'>) =>
  `${kind}/${namespace}/${name}`
