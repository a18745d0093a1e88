import { type Figure, median, type Outcome, percentile } from '../figures.ts'
import type { Stand } from '../stand.ts'
import { inTurns } from '../turns.ts'
import { storm } from './mass.ts'
import { sample } from './reaction.ts'

/**
 * What seeing costs the API server, whoever does it: in the operator's place stands a floor that follows the
 * routes and tests what it patches. No operator that respects the edits of others comes below that.
 */
export async function sight(stand: Stand, splits: number, rounds: number): Promise<Outcome> {
  await stand.grow(splits)
  const measure = async () => {
    const delays = await sample(stand, Math.min(splits, 100))
    const { lastMs } = await storm(stand, splits, false)
    await storm(stand, splits, true)
    return { delays, lastMs }
  }
  const places = ['floor', 'operator'] as const
  const floors = await inTurns({ ...stand, subjects: places }, rounds, measure, (place) =>
    stand.start('floor', { flags: place === 'operator' ? ['--sighted'] : [] }),
  )
  const figure = (what: string, of: (turns: typeof floors.floor) => number): Figure => ({
    measure: `a sighted floor in place of the operator: ${what}`,
    unit: 'ms',
    floor: of(floors.floor),
    operator: of(floors.operator),
  })
  const everyDelay = (turns: typeof floors.floor) => turns.flatMap(({ delays }) => delays)
  return {
    figures: [
      figure('one primary lost or back, p50', (turns) => percentile(everyDelay(turns), 0.5)),
      figure(`${splits.toLocaleString('en')} lost at once, last weight`, (turns) =>
        median(turns.map(({ lastMs }) => lastMs)),
      ),
    ],
  }
}
