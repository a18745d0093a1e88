import { epoch, type Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import { Clusters } from './clusters.ts'
import { everyChoice } from './count.ts'
import { type Drained, type Drains, knownOf, stricter } from './drained.ts'
import { KindFacts, type Version } from './kind-facts.ts'
import { type KindView, skewsOf, timersDone, timesOfDay, wasPast } from './kind-view.ts'
import { LookUps } from './look-ups.ts'
import { type Knows, OwnKind } from './own-kind.ts'
import { type DrainSpec, readDrain } from './read-drain.ts'
import type { Span } from './services.ts'
import type { Split } from './table.ts'

/** All that may be drained of a split of a route in this namespace; `undefined`: nothing. */
export type DrainedOf = (split: Split, namespace: string) => readonly (Drains | undefined)[]

/** What a process can have taken for drained. */
export interface DrainsSeen {
  readonly possible: DrainedOf
  /** The same, if any Drain that is over still counted. */
  readonly outlived: DrainedOf
}

/** Of one that follows no Drains. */
export const nothingDrained: DrainsSeen = { possible: () => [undefined], outlived: () => [] }

/** A Drain as it steers routes: of one namespace, or of all. */
interface Effect extends Pick<DrainSpec, 'from' | 'lastResort'> {
  readonly namespace: string | undefined
}

/**
 * What may steer by one time of day: of each choice one. Drains are chosen one by one, since a list is taken in one by
 * one.
 */
type World = readonly Choice[]
type Choice = readonly (readonly Effect[])[]

/** What is asked about a process, or by a write of it. */
interface Look {
  readonly process: Process
  readonly at: number
  readonly view: KindView
}

/** So long (ms) a Drain that was deleted keeps traffic away, as the last resort. */
const lingerMs = 10_000
/** After the end of a Drain its routes are written within so long (ms). */
const writtenMs = 10_000

/** What each process can take for drained, by docs/developing/DECISIONS.md. */
export class DrainSight {
  readonly facts = new KindFacts(readDrain)
  readonly kind = new OwnKind('Drain', 'drains', this.facts)
  readonly clusters = new Clusters()
  /** If policies are not served, whoever has looked once knows all of them. */
  readonly lookUps = new LookUps()
  readonly #rootNamespace: string

  /** Drains of this namespace are for all routes. */
  constructor(rootNamespace: string) {
    this.#rootNamespace = rootNamespace
  }

  view(process: Process): KindView {
    return this.kind.view(process)
  }

  /** What the sender of a write can have taken for drained; `policies`: whether it knew these. */
  seenBy(sent: Sent, policies: Knows = this.knowsPolicies(sent)): DrainsSeen {
    const { process, at, moment, view } = sent
    const services: Span = [view.of('services') ?? 0, moment]
    const knows = this.kind.knownTo(sent, this.lookUps.areOver(process, at))
    // A list that is not complete is taken in too once the kind was found not to be served.
    const from = view.of('drains') ?? (knows === 'no' ? undefined : process.bornMoment)
    const look = { process, at, view: this.view(process) }
    const worlds = from === undefined ? [] : this.#worlds(look, [from, moment], timesOfDay(process, at))
    const { possible, outlived } = this.#seenIn(worlds, services)
    const isNew = knows !== 'surely'
    const withUnknown: DrainedOf = (...asked) => {
      const all = possible(...asked)
      const unsure = policies === 'surely' ? [] : all.map((drains) => ({ known: knownOf(drains) }))
      return [...(policies === 'no' ? [] : all), ...unsure, ...(isNew ? (['unknown'] as const) : [])]
    }
    return { possible: withUnknown, outlived }
  }

  /** Whether the sender of a write knew that there are no policies, if their kind is not served. */
  knowsPolicies({ process, at }: Pick<Sent, 'process' | 'at'>): Knows {
    return this.lookUps.areOver(process, at) ? 'surely' : 'maybe'
  }

  /** What is drained after a time of rest, for the process that leads. */
  atRest(process: Process, at: number, moment: number): DrainsSeen {
    const times = [at, at - writtenMs].map((time) => time + process.skewMs)
    const worlds = this.#worlds({ process, at, view: this.view(process) }, [moment, moment], times)
    return this.#seenIn(worlds, [moment, moment])
  }

  #seenIn(worlds: readonly World[], services: Span): DrainsSeen {
    const within =
      (some: () => readonly World[]): DrainedOf =>
      (split, namespace) =>
        this.#ofAll(some(), split, namespace, services)
    const withOver = () => {
      const effects = this.facts.versions.flatMap((version) => this.#effectsOf(version))
      const either = effects.flatMap((effect) => [effect, { ...effect, lastResort: 'Allow' as const }])
      return worlds.flatMap((world) => either.map((over) => [...world, [[over]]]))
    }
    return { possible: within(() => worlds), outlived: within(withOver) }
  }

  #worlds(look: Look, [from, to]: Span, times: readonly number[]): World[] {
    const moments = this.facts.momentsFrom(from, to)
    const keys = [...new Set(this.facts.versions.map(({ key }) => key))]
    return times.map((time) =>
      keys.flatMap((key) => {
        const seen = moments.map((moment) => this.#at(key, moment, epoch + time, look))
        const maybe = new Set(seen.flatMap((one) => one.maybe))
        return [
          seen.map(({ sure }) => sure),
          ...[...maybe].map((version): Choice => [[], this.#lingeringOf(version)]),
        ]
      }),
    )
  }

  /** What steers by a Drain as it was at a moment, and what else may. */
  #at(key: string, moment: number, wall: number, look: Look) {
    const isOn = (one: Version<DrainSpec>) =>
      one.key === key && one.spec !== undefined && one.spec.until > wall
    const present = this.facts.at(moment).filter(isOn)
    const over = this.facts.versions.filter((one) => one.to <= moment && isOn(one))
    const which = (stays: 'surely' | 'maybe') =>
      over.filter((version) => this.#lingers(version, moment, look) === stays)
    const lingering = which('surely').flatMap((version) => this.#lingeringOf(version))
    const sure = [...present.flatMap((version) => this.#effectsOf(version)), ...lingering]
    return { sure, maybe: which('maybe') }
  }

  #lingeringOf(version: Version<DrainSpec>): Effect[] {
    return this.#effectsOf(version).map((effect) => ({ ...effect, lastResort: 'Allow' }))
  }

  /** Whether a Drain that is over at a moment still keeps traffic away. */
  #lingers(
    version: Version<DrainSpec>,
    moment: number,
    { process, at, view }: Look,
  ): 'surely' | 'maybe' | 'no' {
    const { spec, key, from, to, endedAt } = version
    if (!spec || !view.mayHaveSeen(to)) return 'no'
    const learnt = view.learnt(to) ?? { moment, at }
    const next = this.facts.specAt(key, learnt.moment)
    const walls = skewsOf(process).map((skew) => epoch + learnt.at + skew)
    const isCovered = (wall: number) =>
      next !== undefined && next.until > wall && spec.from.every((target) => next.from.includes(target))
    if (walls.every(isCovered)) return 'no'
    if (view.hasWatchedFor(lingerMs, learnt.at, timersDone(process, at))) return 'no'
    const wasInEffect = view.hasSeen(from, to) && walls.every((wall) => spec.until > wall)
    // What has ended once, and is not in the cluster, is forgotten: it is not in effect again if the clock is set back.
    const mayHaveEnded = wasPast(process, spec.until - epoch, learnt.at)
    if (!wasInEffect || walls.some(isCovered) || mayHaveEnded) return 'maybe'
    const { leftAt = Number.POSITIVE_INFINITY } = view
    const isKept = endedAt >= (this.facts.unservedSince ?? Infinity) && leftAt < learnt.at + lingerMs
    return isKept || at < endedAt + lingerMs ? 'surely' : 'maybe'
  }

  #effectsOf({ key, spec }: Version<DrainSpec>): Effect[] {
    const [namespace] = key.split('/')
    if (!spec) return []
    return [{ ...spec, namespace: namespace === this.#rootNamespace ? undefined : namespace }]
  }

  /** Every way in which the backends of a split can be drained. */
  #ofAll(
    worlds: readonly World[],
    { backends }: Split,
    namespace: string,
    services: Span,
  ): (Drains | undefined)[] {
    const names = backends.map(({ service }) => service)
    const clusters = everyChoice(names.map((service) => this.clusters.during(service, services)))
    const found = new Map<string, readonly Drained[]>()
    for (const places of clusters)
      for (const world of worlds)
        for (const [text, one] of allOf(world, (effect) =>
          names.map((service, place) => drainedOf(effect, namespace, service, places[place])),
        ))
          found.set(text, one)
    return [...found.values()].map((one) => (one.every((state) => state === 'no') ? undefined : one))
  }
}

/** All that a world comes to for some backends, by its text. */
function allOf(
  world: World,
  drainedBy: (effect: Effect) => readonly Drained[],
): Map<string, readonly Drained[]> {
  let all = new Map<string, readonly Drained[]>([['', []]])
  for (const choice of world) {
    const next = new Map<string, readonly Drained[]>()
    for (const before of all.values())
      for (const effects of choice) {
        const one = effects.map(drainedBy).reduce(joined, before)
        next.set(one.join(), one)
      }
    all = next
  }
  return all
}

const joined = (a: readonly Drained[], b: readonly Drained[]): readonly Drained[] =>
  b.map((one, place) => stricter(a[place] ?? 'no', one))

function drainedOf(
  { namespace: own, from, lastResort }: Effect,
  namespace: string,
  service: string,
  cluster: string | undefined,
): Drained {
  if (own !== undefined && own !== namespace) return 'no'
  const isOut = from.includes(service) || (cluster !== undefined && from.includes(cluster))
  return isOut ? lastResort : 'no'
}
