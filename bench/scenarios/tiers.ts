import { inParallel, upTo } from '../../test/e2e/in-parallel.ts'
import { at, handMade, slice, slices } from '../../test/e2e/objects.ts'
import { median, type Outcome, percentile } from '../figures.ts'
import { pathOf } from '../kind.ts'
import { pairName, type Stand } from '../stand.ts'
import { untilAtRest } from '../turns.ts'
import { storm } from './mass.ts'

const inTurn = ['plain', 'tiered'] as const

/**
 * What tiers and waits cost a mass failover: as many routes with three tiers as without are lost at once, in turn,
 * with the same operator. The loss waits for nothing; the return of the first ones waits for a second.
 */
export async function tiers(stand: Stand, count: number, rounds: number): Promise<Outcome> {
  await stand.grow(2 * count)
  await inParallel(upTo(count), (index) => putInTiers(stand, count + index))
  const operator = stand.start('operator')
  const delays: { plain: (readonly number[])[]; tiered: (readonly number[])[] } = { plain: [], tiered: [] }
  const lose = async (of: keyof typeof delays): Promise<readonly number[]> => {
    const firstPair = of === 'plain' ? 0 : count
    const lost = await storm(stand, count, false, firstPair)
    await storm(stand, count, true, firstPair)
    return lost.delays
  }
  try {
    await untilAtRest(operator)
    // The first hundreds of patches of a process are slow, whatever they are for.
    for (const of of inTurn) await operator.during(lose(of))
    for (let round = 0; round < rounds; round += 1) {
      for (const of of round % 2 === 0 ? inTurn : inTurn.toReversed())
        delays[of].push(await operator.during(lose(of)))
    }
  } finally {
    await operator.stop()
  }
  const of = (some: readonly (readonly number[])[]) => median(some.map((round) => percentile(round, 0.99)))
  return {
    figures: [
      {
        measure: `${count.toLocaleString('en')} lost at once, three tiers and waits against none, own delay p99`,
        unit: 'ms',
        floor: of(delays.plain),
        operator: of(delays.tiered),
        aim: 1.15,
      },
    ],
  }
}

/** Gives the route of a pair a third backend, an order of all three, and a wait. */
async function putInTiers({ kind, controlPlane: { api } }: Stand, pair: number): Promise<void> {
  const name = pairName(pair)
  const third = `${name}-c`
  await api.create(at('v1', 'services'), handMade(third))
  await api.create(at(slices, 'endpointslices'), slice(third, 1, 1))
  const annotations = {
    'failover.linkerd.io/tiers': `${name}; ${name}-b; ${third}`,
    'failover.linkerd.io/failback-after': '1s',
  }
  const backends = [name, `${name}-b`, third].map((service, index) => ({
    service,
    weight: index === 0 ? 1 : 0,
  }))
  await api.patch(pathOf(kind, name), { metadata: { annotations }, spec: { backends } })
}
