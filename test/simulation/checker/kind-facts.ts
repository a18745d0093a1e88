import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../../sandbox/server.ts'
import { History } from './history.ts'

/** What an object of a kind asked for from one moment to another; changes of its status are none of it. */
export interface Version<Spec> {
  readonly key: string
  readonly uid: string
  /** Absent for one that makes no sense. */
  readonly spec: Spec | undefined
  readonly from: number
  /** The moment at which it was over. */
  to: number
  /** The same (virtual ms). */
  endedAt: number
}

/** Every object of a kind at every moment, and whether the server served the kind. */
export class KindFacts<Spec> {
  readonly versions: Version<Spec>[] = []
  readonly #read: (object: KubeObject) => Spec | undefined
  readonly #served = new History(false)
  /** Since when the kind is not served (virtual ms); absent while it is. */
  unservedSince: number | undefined = 0
  /** The moments at which anything changed. */
  readonly #moments: number[] = []

  /** `read`: what an object asks for; undefined for one that makes no sense. */
  constructor(read: (object: KubeObject) => Spec | undefined) {
    this.#read = read
  }

  /** Takes a change of an object; without `object` it is gone. */
  change(key: string, object: KubeObject | undefined, moment: number, at: number): void {
    const known = this.versions.findLast((one) => one.key === key && one.to === Number.POSITIVE_INFINITY)
    const spec = object && this.#read(object)
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

  /** Whether it was. */
  wasServed(from: number, to: number): boolean {
    return this.#served.during(from, to).includes(true)
  }

  /** The moments in between at which something changed, and the first one. */
  momentsFrom(from: number, to: number): readonly number[] {
    return [from, ...new Set(this.#moments.filter((moment) => moment > from && moment <= to))]
  }

  /** What there was at a moment. */
  at(moment: number): readonly Version<Spec>[] {
    return this.versions.filter(({ from, to }) => from <= moment && moment < to)
  }

  /** What an object of this name asked for at a moment. */
  specAt(key: string, moment: number): Spec | undefined {
    return this.at(moment).find((one) => one.key === key)?.spec
  }
}
