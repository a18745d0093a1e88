import { median, type Outcome, percentile } from '../figures.ts'
import { cumulative } from '../plot.ts'
import { pairName, type Stand } from '../stand.ts'
import { inTurns } from '../turns.ts'

interface Storm {
  /** From the first written readiness to the last weight seen (ms). */
  readonly lastMs: number
  /** Each service's own delay: from its written readiness to its weight seen (ms). */
  readonly delays: readonly number[]
}

/** `count` primaries are lost at once, and come back at once. */
export async function mass(stand: Stand, count: number, rounds: number): Promise<Outcome> {
  await stand.grow(count)
  const storms = await inTurns(stand, rounds, async () => {
    const lost = await storm(stand, count, false)
    await storm(stand, count, true)
    return lost
  })
  const compare = (of: (storm: Storm) => number) => ({
    floor: median(storms.floor.map(of)),
    operator: median(storms.operator.map(of)),
  })
  const name = `${count.toLocaleString('en')} lost at once`
  const delay = (p: number) => compare(({ delays }) => percentile(delays, p))
  const last = compare(({ lastMs }) => lastMs)
  const curve = (subject: 'floor' | 'operator') => ({
    name: subject,
    points: cumulative(storms[subject].flatMap(({ delays }) => delays)),
  })
  return {
    figures: [
      { measure: `${name}, last weight`, unit: 'ms', ...last, aim: 1.15 },
      { measure: `${name}, own delay p50`, unit: 'ms', ...delay(0.5), aim: 1.5 },
      { measure: `${name}, own delay p99`, unit: 'ms', ...delay(0.99), aim: 1.5 },
    ],
    plots: [
      {
        name: `lost-${count}`,
        title: `${name}: services whose weights have moved`,
        x: 'ms since the readiness of the service was written',
        y: '% of services',
        series: [curve('floor'), curve('operator')],
      },
    ],
  }
}

async function storm(stand: Stand, count: number, ready: boolean): Promise<Storm> {
  const side = ready ? 'primary' : 'secondary'
  const began = performance.now()
  const seen = Array.from({ length: count }, (_, pair) => stand.observer.on(pairName(pair), side))
  const written = await stand.setPrimaries(count, ready)
  const moments = await Promise.all(seen)
  return {
    lastMs: Math.max(...moments) - began,
    delays: moments.map((moment, pair) => Math.max(0, moment - (written[pair] ?? Number.NaN))),
  }
}
