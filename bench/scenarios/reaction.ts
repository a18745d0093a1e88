import { type Outcome, percentile } from '../figures.ts'
import { pairName, type Stand } from '../stand.ts'
import { compare, inTurns, untilAtRest } from '../turns.ts'

/** Loses and brings back one primary after the other; from each written readiness to the weight seen (ms). */
export async function sample(stand: Stand, pairs: number): Promise<number[]> {
  const delays: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    for (const ready of [false, true]) {
      const seen = stand.observer.on(pairName(pair), ready ? 'primary' : 'secondary')
      const written = await stand.setPrimary(pair, ready)
      delays.push(Math.max(0, (await seen) - written))
    }
  }
  return delays
}

/** The reaction to a single loss and return, beside the floor's. */
export async function reaction(stand: Stand, splits: number, rounds: number): Promise<Outcome> {
  await stand.grow(splits)
  const delays = await inTurns(stand, rounds, () => sample(stand, Math.min(splits, 100)))
  const at = (p: number) => compare(delays, (rounds) => percentile(rounds.flat(), p))
  return {
    figures: [
      { measure: 'one primary lost or back, p50', unit: 'ms', ...at(0.5), aim: 1.08 },
      { measure: 'one primary lost or back, p99', unit: 'ms', ...at(0.99), aim: 1 },
    ],
  }
}

/** The same as the number of splits grows: flat, if a change costs what it touches and not what there is. */
export async function growth(stand: Stand, sizes: readonly number[]): Promise<Outcome> {
  const medians: [size: number, ms: number][] = []
  for (const size of sizes) {
    await stand.grow(size)
    const operator = stand.start('operator')
    await untilAtRest(operator)
    medians.push([size, percentile(await sample(stand, 50), 0.5)])
    await operator.stop()
  }
  return {
    figures: medians.map(([size, ms]) => ({
      measure: `one primary lost or back among ${size.toLocaleString('en')} splits, p50`,
      unit: 'ms',
      operator: ms,
    })),
    plots: [
      {
        name: 'growth',
        title: 'Reaction to one loss or return, as the number of splits grows',
        x: 'splits',
        y: 'ms, median',
        series: [{ name: 'operator', points: medians }],
      },
    ],
  }
}
