import type { KubeObject } from '../../../sandbox/server.ts'
import { epoch, type Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import { DrainSight, type DrainsSeen } from './drain-sight.ts'
import { timesOfDay } from './kind-view.ts'
import { PolicySight, type Readings } from './policy-sight.ts'
import { type Outcome, wrongStatus } from './policy-status.ts'
import type { View } from './view.ts'

/** After the end of a Drain, all that is to be written about it is written within so long (ms). */
const reportedMs = 120_000

/** What a process can have taken for drained, and what policies can have asked for. */
export interface OwnSeen {
  readonly drains: DrainsSeen
  readonly readings: Readings
}

/** Follows what happens to Drains and FailoverPolicies, and what each process comes to know of them. */
export class OwnKinds {
  readonly drains: DrainSight
  readonly policies: PolicySight

  /** Drains and policies of the Mesh in this namespace are for all routes. */
  constructor(rootNamespace: string) {
    this.drains = new DrainSight(rootNamespace)
    this.policies = new PolicySight(rootNamespace, this.drains.clusters)
  }

  get #kinds() {
    return [this.drains.kind, this.policies.kind]
  }

  /** Takes each change of the cluster; answers with what is wrong with it if the operator made it, if it is about them. */
  changed(
    plural: string,
    key: string,
    object: KubeObject | undefined,
    moment: number,
    at: number,
  ): string | undefined {
    if (plural === 'services') this.drains.clusters.change(key, object, moment)
    const wrong = this.#kinds.map((kind) => kind.changed(plural, key, object, moment, at))
    return wrong.find((one) => one !== undefined)
  }

  /** Whether objects are of one of these kinds. */
  has(resource: string): boolean {
    return this.#kinds.some(({ plural }) => plural === resource)
  }

  /** A process may know more of them now. */
  told(process: Process, of: string, view: View, at: number): void {
    for (const kind of this.#kinds) kind.told(process, of, view, at)
  }

  listed(process: Process, of: string, at: number): void {
    for (const kind of this.#kinds) kind.listed(process, of, at)
  }

  sent({ process, resource, at }: Sent): void {
    if (resource === 'discovery') this.drains.lookUps.sent(process, at)
  }

  answered(sent: Sent, status: number, at: number, retryAfterSeconds: number | undefined): void {
    if (sent.resource === 'discovery')
      this.drains.lookUps.answered(sent.process, status, at, retryAfterSeconds)
    for (const kind of this.#kinds) kind.answered(sent, status, at)
  }

  left(sent: Sent, at: number): void {
    for (const kind of this.#kinds) kind.left(sent, at)
  }

  /** Whether a Drain has ended so shortly before, by the time of day of a process, that it still writes about that. */
  isReporting(process: Process, at: number): boolean {
    const walls = timesOfDay(process, at).map((time) => epoch + time)
    return this.drains.facts.versions.some(
      ({ spec }) => spec && walls.some((wall) => spec.until <= wall && wall < spec.until + reportedMs),
    )
  }

  /** What the sender of a write can have known. */
  seenBy(sent: Sent): OwnSeen {
    const { kind } = this.policies
    const knows = kind.knownTo(sent, this.drains.lookUps.areOver(sent.process, sent.at))
    return { drains: this.drains.seenBy(sent, knows), readings: this.policies.seenBy(sent) }
  }

  /** What is wrong with the status of a policy after a time of rest. */
  wrongStatus(routes: readonly Outcome[], isService: (key: string) => boolean): string | undefined {
    const { kind, rootNamespace } = this.policies
    const policies = kind.facts.versions.filter(({ to }) => to === Number.POSITIVE_INFINITY)
    for (const [key, object] of kind.objects) {
      const wrong = wrongStatus(key, object, { rootNamespace, policies, routes, isService })
      if (wrong) return `the status of the FailoverPolicy ${key} is not true: ${wrong}`
    }
    return undefined
  }

  /** The same after a time of rest, for the process that leads. */
  atRest(process: Process, at: number, moment: number): OwnSeen {
    return {
      drains: this.drains.atRest(process, at, moment),
      readings: this.policies.atRest(process, at, moment),
    }
  }
}
