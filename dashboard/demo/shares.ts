import type { Sample } from './demo-feed.ts'

/**
 * The columns of the chart: times, then the upper edge of each service's band, then the success, all in
 * percent.
 */
export type Columns = [number[], ...(number | null)[][]]

/** Bands are stacked in the order of `names`, the first at the bottom. */
export function columnsOf(samples: readonly Sample[], names: readonly string[]): Columns {
  const times = samples.map(({ at }) => at / 1000)
  const edges = names.map((_, index) =>
    samples.map(({ shares }) => edgeOf(shares, names.slice(0, index + 1))),
  )
  return [times, ...edges, samples.map(successOf)]
}

const edgeOf = (shares: Sample['shares'], below: readonly string[]) =>
  100 * below.reduce((sum, name) => sum + (shares[name] ?? 0), 0)

/** In percent; nothing where nothing was sent. */
const successOf = ({ ok, failed }: Sample) => (ok + failed > 0 ? (100 * ok) / (ok + failed) : null)

/** Of the last second, 0 to 1; `undefined` while nothing was sent. */
export function successNow(samples: readonly Sample[]): number | undefined {
  const last = samples.slice(-4)
  const ok = last.reduce((sum, sample) => sum + sample.ok, 0)
  const all = last.reduce((sum, sample) => sum + sample.ok + sample.failed, 0)
  return all > 0 ? ok / all : undefined
}
