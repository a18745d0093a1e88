import { type Figure, median, type Outcome, percentile } from '../figures.ts'
import type { Stand } from '../stand.ts'
import { storm } from './mass.ts'
import { sample } from './reaction.ts'

/** Delays of single losses and returns, and the time to the last weight of each storm (ms). */
interface Seen {
  readonly delays: number[]
  readonly lasts: number[]
}

const newSeen = (): Seen => ({ delays: [], lasts: [] })

/**
 * What seeing costs the API server, whoever does it: in the operator's place stands a floor that follows the routes
 * and tests what it patches. No operator that respects the edits of others comes below that.
 */
export async function sight(stand: Stand, splits: number, rounds: number): Promise<Outcome> {
  await stand.grow(splits)
  const blind = newSeen()
  const sighted = newSeen()
  for (let round = 0; round < rounds; round++) {
    for (const seen of [blind, sighted]) {
      const floor = stand.start('floor', { flags: seen === sighted ? ['--sighted'] : [] })
      try {
        await floor.ready()
        seen.delays.push(...(await floor.during(sample(stand, Math.min(splits, 100)))))
        seen.lasts.push((await floor.during(storm(stand, splits, false))).lastMs)
        await floor.during(storm(stand, splits, true))
      } finally {
        await floor.stop()
      }
    }
  }
  const compare = (what: string, of: (seen: Seen) => number): Figure => ({
    measure: `a sighted floor in place of the operator: ${what}`,
    unit: 'ms',
    floor: of(blind),
    operator: of(sighted),
  })
  return {
    figures: [
      compare('one primary lost or back, p50', ({ delays }) => percentile(delays, 0.5)),
      compare(`${splits.toLocaleString('en')} lost at once, last weight`, ({ lasts }) => median(lasts)),
    ],
  }
}
