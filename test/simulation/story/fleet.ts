import type { Clock } from '../../../src/base/clock.ts'
import type { Log } from '../../../src/base/log.ts'
import type { ClusterConfig } from '../../../src/kube/cluster/cluster.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import { type Operator, startOperator } from '../../../src/operator/operator.ts'
import type { GatewayProbing } from '../../../src/readiness/gateways/gateways.ts'
import type { ProbeNetwork } from '../../../src/readiness/gateways/network.ts'
import type { Links } from '../../../src/readiness/remote/linked-clusters.ts'
import type { Checker } from '../checker/checker.ts'
import { Process } from '../engine/process.ts'
import type { FarCluster } from '../far/far-cluster.ts'
import { farName, linkerdNamespace } from '../far/place.ts'
import { connect } from '../network/transport.ts'
import type { OpenWatch, Wire } from '../network/wire.ts'
import { rootNamespace } from './own-definitions.ts'
import { controlledBy } from './route-owners.ts'
import type { Story } from './step.ts'

/** What a planted bug may change: the transport that an operator is given. */
export type Plant = (transport: Transport, process: Process) => Transport

/** A bug in what a replica takes for the time. */
export type ClockPlant = (clock: Clock, process: Process) => Clock

/** A bug in how the gateway of the other cluster is asked. */
export type ProbePlant = (network: ProbeNetwork) => ProbeNetwork

/** Bugs in the way to this cluster, in that to the other, in that to its gateway, and in the clock. */
export interface Plants {
  readonly near: Plant
  readonly far: Plant
  readonly probes: ProbePlant
  readonly clock: ClockPlant
}

/** Where the replicas keep their Lease. */
export const leaseNamespace = rootNamespace

/** Replicas of one story are alike in what they do for each other. */
const electionOf = ({ name: identity }: Process) => ({
  namespace: leaseNamespace,
  name: 'linkerd-failover',
  selector: controlledBy,
  identity,
  hedgeAfterMs: 500,
})

interface Life {
  readonly process: Process
  readonly operator: Operator
  stopping: boolean
}

/** The replicas of the operator: each is started, stopped, killed, frozen, and comes back. */
export class Fleet {
  readonly #wire: Wire
  readonly #checker: Checker
  readonly #plants: Plants
  readonly #far: FarCluster | undefined
  readonly #lives = new Map<string, Life>()
  readonly #elects: boolean
  readonly #copies: boolean
  /** It follows Drains and FailoverPolicies. */
  readonly #follows: boolean
  readonly #probes: boolean
  readonly #counts = new Map<string, number>()

  constructor(wire: Wire, checker: Checker, plants: Plants, story: Story, far?: FarCluster) {
    this.#elects = story.replicas.length > 1
    this.#copies = story.copies
    this.#follows = story.drains || story.policies
    this.#probes = story.probes
    this.#wire = wire
    this.#checker = checker
    this.#plants = plants
    this.#far = far
  }

  /** Processes that run, or are frozen. */
  get processes(): Process[] {
    return [...this.#lives.values()].map(({ process }) => process)
  }

  process(replica: string): Process | undefined {
    return this.#lives.get(replica)?.process
  }

  /** Starts a replica that is not there. */
  start(replica: string): void {
    if (this.#lives.has(replica)) return
    const count = (this.#counts.get(replica) ?? 0) + 1
    this.#counts.set(replica, count)
    const { scheduler, server, trace } = this.#wire
    const process = new Process(replica, count, server.moment, scheduler)
    trace.add(scheduler.now, `${process.name} starts`)
    const operator = startOperator({
      transport: this.#plants.near(connect(process, this.#wire), process),
      clock: this.#plants.clock(process.clock, process),
      random: () => this.#wire.chance(`${replica} itself`).next(),
      log: this.#logOf(process),
      selector: controlledBy,
      instance: process.name,
      links: this.#linksOf(process),
      probing: this.#probingOf(process),
      serviceProfiles: this.#copies ? { clusterDomain: 'cluster.local' } : undefined,
      ...(this.#follows ? { policies: rootNamespace } : {}),
      ...(this.#elects ? { election: electionOf(process) } : {}),
    })
    this.#lives.set(replica, { process, operator, stopping: false })
  }

  /** SIGKILL; the replica comes back after `downMs`. */
  kill(process: Process, downMs: number): void {
    if (process.state === 'dead') return
    const { scheduler, trace } = this.#wire
    trace.add(scheduler.now, `${process.name} dies`)
    this.#bury(process)
    scheduler.after(downMs, () => this.start(process.replica))
  }

  /** SIGTERM, and a new start when it has left. */
  restart(replica: string): void {
    const life = this.#lives.get(replica)
    if (!life || life.stopping || life.process.state !== 'running') return
    const { scheduler, trace } = this.#wire
    life.stopping = true
    trace.add(scheduler.now, `${life.process.name} is asked to stop`)
    void life.operator.stop().then(() => {
      trace.add(scheduler.now, `${life.process.name} has stopped`)
      // One moment later, so that what its last answer set off has settled.
      scheduler.after(0, () => this.#leave(life.process))
    })
  }

  /** What the replicas say is wrong with themselves. */
  complaints(): string[] {
    return [...this.#lives.values()].flatMap(({ process, operator }) =>
      [...operator.live(), ...operator.ready()].map((line) => `${process.name}: ${line}`),
    )
  }

  #leave(process: Process): void {
    if (process.state === 'dead') return
    const open = this.#streams().filter(({ sent }) => sent.process === process)
    if (open.length > 0 || process.timers > 0) {
      this.#checker.fail(
        'left behind',
        `${process.name} stopped with ${open.length} watches and ${process.timers} timers`,
      )
    }
    this.#bury(process)
    this.start(process.replica)
  }

  #bury(process: Process): void {
    process.kill()
    this.#lives.delete(process.replica)
    for (const stream of this.#streams()) if (stream.sent.process === process) stream.leave()
  }

  /** Watches that are open, of either cluster. */
  #streams(): OpenWatch[] {
    return [...this.#wire.streams, ...(this.#far?.wire.streams ?? [])]
  }

  #linksOf(process: Process): Links | undefined {
    const far = this.#far
    if (!far) return undefined
    const connect = (config: ClusterConfig) =>
      this.#plants.far(far.connect(process, config, this.#checker), process)
    return { clusters: [farName], namespace: linkerdNamespace, connect }
  }

  #probingOf(process: Process): GatewayProbing | undefined {
    if (!this.#probes || !this.#far) return undefined
    const { settings, network } = this.#far.probing(process, this.#checker)
    return { settings, network: this.#plants.probes(network) }
  }

  #logOf({ name }: Process): Log {
    const { scheduler, trace } = this.#wire
    const write = (level: string) => (_: Record<string, unknown>, message: string) =>
      trace.add(scheduler.now, `${name} says (${level}) ${message}`)
    return { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') }
  }
}
