import { compareResourceVersions } from './store.ts'

/** How long a list that is older than what was seen is requested again (ms). */
const goBackAfterMs = 60_000

/**
 * Judges whether a list is `fresh`, or older than what was seen: then it is `stale` for a minute (a server
 * that lags behind), and `restored` after that (an etcd that was restored from a backup does not catch up).
 *
 * The API promises that a list without a resourceVersion is as of now, and kube-apiserver keeps that, also
 * for a streamed one. etcd has not always kept it: etcd-io/etcd#20418 (stale reads after a pause), #13654 (a
 * member that fell behind and kept answering). A restored one is older for good
 * (kubernetes/kubernetes#107457).
 */
export class ListFreshness {
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
