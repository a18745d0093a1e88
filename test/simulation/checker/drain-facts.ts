import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../../sandbox/server.ts'
import { History } from './history.ts'
import { type DrainSpec, readDrain } from './read-drain.ts'

/** What a Drain asked for from one moment to another; changes of its status are none of it. */
export interface DrainVersion {
  readonly key: string
  readonly uid: string
  /** Absent for one that makes no sense. */
  readonly spec: DrainSpec | undefined
  readonly from: number
  /** The moment at which it was over. */
  to: number
  /** The same (virtual ms). */
  endedAt: number
}

/** Every Drain at every moment, and whether the server served the kind. */
export class DrainFacts {
  readonly versions: DrainVersion[] = []
  readonly #served = new History(false)
  /** Since when the kind is not served (virtual ms); absent while it is. */
  unservedSince: number | undefined = 0
  /** The moments at which anything changed. */
  readonly #moments: number[] = []

  /** Takes a change of a Drain; without `object` it is gone. */
  change(key: string, object: KubeObject | undefined, moment: number, at: number): void {
    const known = this.versions.findLast((one) => one.key === key && one.to === Number.POSITIVE_INFINITY)
    const spec = object && readDrain(object)
    const uid = object?.metadata.uid ?? ''
    if (object && known?.uid === uid && isDeepStrictEqual(known.spec, spec)) return
    if (known) Object.assign(known, { to: moment, endedAt: at })
    if (object)
      this.versions.push({
        key,
        uid,
        spec,
        from: moment,
        to: Number.POSITIVE_INFINITY,
        endedAt: Number.POSITIVE_INFINITY,
      })
    this.#moments.push(moment)
  }

  serve(isServed: boolean, moment: number, at: number): void {
    if (isServed === this.#served.now) return
    this.#served.set(moment, isServed)
    this.unservedSince = isServed ? undefined : at
  }

  /** Whether the kind was not served at some time from one moment to another. */
  wasUnserved(from: number, to: number): boolean {
    return this.#served.during(from, to).includes(false)
  }

  /** The moments in between at which something changed, and the first one. */
  momentsFrom(from: number, to: number): readonly number[] {
    return [from, ...new Set(this.#moments.filter((moment) => moment > from && moment <= to))]
  }

  /** What there was at a moment. */
  at(moment: number): readonly DrainVersion[] {
    return this.versions.filter(({ from, to }) => from <= moment && moment < to)
  }

  /** What a Drain of this name asked for at a moment. */
  specAt(key: string, moment: number): DrainSpec | undefined {
    return this.at(moment).find((one) => one.key === key)?.spec
  }
}
