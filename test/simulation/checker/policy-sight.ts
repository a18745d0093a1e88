import type { Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import type { Clusters } from './clusters.ts'
import { everyChoice } from './count.ts'
import { KindFacts, type Version } from './kind-facts.ts'
import { type KindView, timersDone } from './kind-view.ts'
import { OwnKind } from './own-kind.ts'
import { isValid, type Place, placeOf, sectionsFor } from './policy-levels.ts'
import { type PolicySpec, readPolicy } from './read-policy.ts'
import { type Route, readRoute } from './read-route.ts'
import type { Sections } from './sections.ts'
import type { Span } from './services.ts'
import type { Split } from './table.ts'

/** All ways in which the splits of a route can have been understood, by the policies that can have applied to it. */
export type Readings = (route: Route) => readonly (readonly Split[])[]

/** By annotations alone. */
export const withoutPolicies: Readings = ({ splits }) => [splits]

type Policy = Version<PolicySpec>

/** What is asked about a process, or by a write of it. */
interface Look {
  readonly process: Process
  readonly at: number
  readonly view: KindView
  /** It has read a complete list; without one it may know of none of them. */
  readonly hasRead: boolean
}

/** So long (ms) a policy that was changed or deleted applies as it was. */
const settleMs = 10_000

/** Which policies each process can take for those that apply, by docs/developing/DECISIONS.md. */
export class PolicySight {
  readonly kind = new OwnKind('FailoverPolicy', 'failoverpolicies', new KindFacts(readPolicy))
  readonly rootNamespace: string
  readonly #clusters: Clusters

  /** Policies of the Mesh make sense in this namespace only. */
  constructor(rootNamespace: string, clusters: Clusters) {
    this.rootNamespace = rootNamespace
    this.#clusters = clusters
  }

  /** What the sender of a write can have gone by. Before a list is complete, objects are taken in one by one. */
  seenBy({ process, at, moment, view }: Pick<Sent, 'process' | 'at' | 'moment' | 'view'>): Readings {
    const known = view.of(this.kind.plural)
    const from = known ?? process.bornMoment
    const look = { process, at, view: this.kind.view(process), hasRead: known !== undefined }
    return this.#readings(look, [from, moment], [view.of('services') ?? 0, moment])
  }

  /** What applies after a time of rest, for the process that leads. */
  atRest(process: Process, at: number, moment: number): Readings {
    const look = { process, at, view: this.kind.view(process), hasRead: true }
    return this.#readings(look, [moment, moment], [moment, moment])
  }

  #readings(look: Look, span: Span, services: Span): Readings {
    const candidates = new Map<string, readonly (Policy | undefined)[]>()
    for (const { key } of this.kind.facts.versions)
      if (!candidates.has(key)) candidates.set(key, this.#candidates(key, span, look))
    return (route) => {
      const place = placeOf(route.object)
      const all = everyChoice([...candidates.values()].map((some) => this.#forPlace(some, place)))
      const merged = all.map((some) =>
        sectionsFor(
          place,
          some.flatMap((one) => one ?? []),
        ),
      )
      const distinct = new Map(merged.map((sections) => [JSON.stringify(sections ?? null), sections]))
      return [...distinct.values()].flatMap((sections) =>
        sections ? this.#readBy(route, sections, services) : [route.splits],
      )
    }
  }

  /** What a name may stand for, each once; what is not for a place, or a DryRun, asks for nothing there. */
  #forPlace(some: readonly (Policy | undefined)[], place: Place): (Policy | undefined)[] {
    const isFor = (one: Policy | undefined) =>
      one?.spec?.isDryRun === false &&
      isValid(one, this.rootNamespace) &&
      sectionsFor(place, [one]) !== undefined
    return [...new Set(some.map((one) => (isFor(one) ? one : undefined)))]
  }

  /** The splits of a route with what policies ask for, by each cluster that may serve its Services. */
  #readBy({ object, splits }: Route, sections: Sections, services: Span): (readonly Split[])[] {
    const names = [...new Set(splits.flatMap(({ backends }) => backends.map(({ service }) => service)))]
    const isByCluster = sections.tiers?.asked.some((tier) => tier !== 'rest' && 'clusters' in tier) === true
    const clusters = names.map((name) => (isByCluster ? this.#clusters.during(name, services) : [undefined]))
    return everyChoice(clusters).map((choice) => {
      const clusterOf = (service: string) => choice[names.indexOf(service)]
      return readRoute(object, { sections, clusterOf }).splits
    })
  }

  /** What may apply under a name: what it has read last, or what was there before that. */
  #candidates(key: string, [from, to]: Span, look: Look): readonly (Policy | undefined)[] {
    const all = this.kind.facts.versions.filter((one) => one.key === key)
    const moments = this.kind.facts.momentsFrom(from, to)
    const read = moments.map((moment) => all.find((one) => one.from <= moment && moment < one.to))
    const over = all.filter((one) => one.to <= to && one.spec !== undefined)
    const which = (stays: 'surely' | 'maybe') => over.filter((one) => this.#stays(one, all, look) === stays)
    const [sure, maybe] = [which('surely'), which('maybe')]
    if (sure.length > 0) return [...sure, ...maybe]
    return [...read, ...maybe, ...(look.hasRead ? [] : [undefined])]
  }

  /** Whether a policy that is over, or was changed, still applies. */
  #stays(policy: Policy, all: readonly Policy[], look: Look): 'surely' | 'maybe' | 'no' {
    const { process, at, view } = look
    if (!view.mayHaveSeen(policy.to)) return 'no'
    const done = timersDone(process, at)
    const changes = [...new Set(all.flatMap(({ from, to }) => [from, to]))]
      .filter((moment) => moment >= policy.to && moment < Number.POSITIVE_INFINITY)
      .sort((a, b) => a - b)
    const learnt = changes.flatMap((moment) => view.learnt(moment)?.at ?? [])
    // What comes within that time begins it again.
    if (learnt.some((from, place) => view.hasWatchedFor(settleMs, from, learnt[place + 1] ?? done)))
      return 'no'
    return this.#isOn(policy, all, look) && this.#isRecent(policy, look) ? 'surely' : 'maybe'
  }

  /** Whether it certainly applied while it was there. */
  #isOn(policy: Policy, all: readonly Policy[], { process, at, view }: Look): boolean {
    if (!view.hasSeen(policy.from, policy.to)) return false
    const isFirst = all.every(
      (one) => one.to > policy.from || one.spec === undefined || !view.mayHaveSeen(one.to),
    )
    const from = view.learnt(policy.from)?.at
    const to = view.learnt(policy.to)?.at ?? timersDone(process, at)
    return isFirst || (from !== undefined && view.hasWatchedFor(settleMs, from, to))
  }

  /** It cannot have been left alone for long enough, or was removed with its kind, and nothing was watched since. */
  #isRecent({ endedAt, to }: Policy, { at, view }: Look): boolean {
    const { leftAt = Number.POSITIVE_INFINITY } = view
    const learntAt = view.learnt(to)?.at ?? at
    const isKept = endedAt >= (this.kind.facts.unservedSince ?? Infinity) && leftAt < learntAt + settleMs
    return isKept || at < endedAt + settleMs
  }
}
