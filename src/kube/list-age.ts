import { compareResourceVersions } from './store.ts'

/** For so long a list that is older than what was seen is asked for again (ms). */
const goBackAfterMs = 60_000

/**
 * Judges whether a list is `fresh`, or older than what was seen: then it is `stale` for a minute (a server that
 * lags behind), and `restored` after that (an etcd that went back in time does not come forward again).
 */
export class ListAge {
  #olderSince: number | undefined

  judge(listed: string, seen: readonly string[], now: number): 'fresh' | 'stale' | 'restored' {
    if (seen.every((version) => compareResourceVersions(listed, version) >= 0)) {
      this.#olderSince = undefined
      return 'fresh'
    }
    this.#olderSince ??= now
    if (now - this.#olderSince < goBackAfterMs) return 'stale'
    this.#olderSince = undefined
    return 'restored'
  }
}
