import type { Process } from '../engine/process.ts'

/** After so long of lists that are older than what was known (ms), an etcd was restored; a little less for rounding. */
const oldListsLastMs = 59_999

/** A list of a resource that a process has read. */
interface List {
  readonly process: Process
  readonly resource: string
  readonly version: number
  /** The newest version that its watches and lists have told the process; `undefined` for the first list. */
  readonly known: number | undefined
  /** The newest version that answers to its own writes have told it since a time (ms); 0 if none has. */
  readonly answered: (since: number) => number
}

/** Which lists processes take that are older than what they knew. */
export class OlderLists {
  /** By process and resource: since when its lists are older than what it knew. */
  readonly #olderSince = new Map<string, number>()
  /** The same: when it took such a list after all, and forgot what it had known. */
  readonly #wentBackAt = new Map<string, number>()

  /** A list that is older than what the process knew is no news to it, unless all lists are so for a minute. */
  mayTake({ process, resource, version, known, answered }: List, now: number): boolean {
    const key = `${process.name} ${resource}`
    const newest = answered(this.#wentBackAt.get(key) ?? -1)
    const isFresh = known === undefined || version >= Math.max(known, newest)
    const since = isFresh ? now : (this.#olderSince.get(key) ?? now)
    const mustWait = !isFresh && now - since < oldListsLastMs
    if (mustWait) this.#olderSince.set(key, since)
    else this.#olderSince.delete(key)
    if (!isFresh && !mustWait) this.#wentBackAt.set(key, now)
    return !mustWait
  }
}
