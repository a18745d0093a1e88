/**
 * A client that exists only as arithmetic. It does what a Linkerd proxy does with a route: picks a
 * backend by weight; a request fails if nothing there can serve it. No clock, no randomness of its own.
 */

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number

export interface Target {
  readonly name: string
  readonly weight: number
  readonly ready: boolean
}

/** What became of some requests that were sent at one instant. */
export interface Batch {
  readonly at: number
  readonly ok: number
  readonly failed: number
  /** Requests by the backend that was picked. */
  readonly byBackend: ReadonlyMap<string, number>
}

/** Everything the client remembers: totals for good, batches for one second. */
export interface Traffic {
  readonly ok: number
  readonly failed: number
  readonly recent: readonly Batch[]
}

export interface Rates {
  readonly ok: number
  readonly failed: number
  readonly byBackend: ReadonlyMap<string, number>
}

export const noTraffic: Traffic = { ok: 0, failed: 0, recent: [] }

const windowMs = 1000

/**
 * One of the targets, each with a chance of its weight. Without any weight a TrafficSplit falls back to the
 * apex.
 */
export function pick(targets: readonly Target[], apex: string, random: Random): Target | undefined {
  const sum = targets.reduce((total, target) => total + target.weight, 0)
  if (sum <= 0) return targets.find((target) => target.name === apex)
  let rest = random() * sum
  for (const target of targets) {
    rest -= target.weight
    if (rest < 0) return target
  }
  return undefined
}

/** Sends `count` requests at the instant `at`. */
export function send(
  count: number,
  at: number,
  targets: readonly Target[],
  apex: string,
  random: Random,
): Batch {
  let ok = 0
  const byBackend = new Map<string, number>()
  for (let request = 0; request < count; request++) {
    const target = pick(targets, apex, random)
    if (target?.ready) ok++
    if (target) byBackend.set(target.name, (byBackend.get(target.name) ?? 0) + 1)
  }
  return { at, ok, failed: count - ok, byBackend }
}

/** The memory after one more batch; what is older than a second is only in the totals. */
export function remember(traffic: Traffic, batch: Batch): Traffic {
  const recent = traffic.recent.filter((old) => old.at > batch.at - windowMs)
  return {
    ok: traffic.ok + batch.ok,
    failed: traffic.failed + batch.failed,
    recent: [...recent, batch],
  }
}

/** What happened in the second before `now`. */
export function lastSecond(traffic: Traffic, now: number): Rates {
  let ok = 0
  let failed = 0
  const byBackend = new Map<string, number>()
  for (const batch of traffic.recent) {
    if (batch.at <= now - windowMs) continue
    ok += batch.ok
    failed += batch.failed
    for (const [name, count] of batch.byBackend) byBackend.set(name, (byBackend.get(name) ?? 0) + count)
  }
  return { ok, failed, byBackend }
}

/** Percent of requests that succeeded; with none sent, nothing failed. */
export function successPercent(counts: { readonly ok: number; readonly failed: number }): number {
  const all = counts.ok + counts.failed
  return all === 0 ? 100 : (100 * counts.ok) / all
}
