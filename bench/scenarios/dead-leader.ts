import { setTimeout as delay } from 'node:timers/promises'
import { name as namespace } from '../../src/install/manifest.ts'
import { type Figure, median, type Outcome } from '../figures.ts'
import { pairName, type Stand } from '../stand.ts'

/** From the end of the leader until primaries are lost (ms): nothing is under way any more. */
const pauseMs = 500
const flags = ['--leader-elect', '--leader-elect-resource-namespace', namespace]
/** One primary: a thirteenth of the time without hedging, and at most so long (ms). */
const aims = { ahead: 0.077, ms: 1_000 }

/**
 * Of two replicas the leader is killed, and primaries are lost half a second later: when their weights are
 * seen, beside a standby that leaves everything to the next leader. Then what a standby adds to a mass
 * failover that a leader makes.
 */
export async function deadLeader(stand: Stand, pairs: number, rounds: number): Promise<Outcome> {
  await stand.grow(pairs)
  const many = Math.min(pairs, 100)
  const figures: Figure[] = []
  for (const count of [1, many]) {
    const waits = async (hedgeAfter: string, times: number) => {
      const seen: number[] = []
      for (let round = 0; round < times; round += 1) seen.push(await withoutLeader(stand, count, hedgeAfter))
      return median(seen)
    }
    const what = count === 1 ? 'a primary lost' : `${count} primaries lost`
    const measure = `kill -9 of the leader, ${what} 0.5 s later, ${count === 1 ? '' : 'last '}weight seen`
    // The lease is always as long: one round shows it.
    const floor = await waits('0', 1)
    const operator = await waits('500', rounds)
    figures.push(
      { measure, unit: 'ms', operator, ...(count === 1 ? { aim: aims.ms } : {}) },
      {
        measure: `${measure}, against a standby that waits`,
        unit: 'ms',
        floor,
        operator,
        ...(count === 1 ? { aim: aims.ahead } : {}),
      },
    )
  }
  return { figures: [...figures, await besideLeader(stand, pairs, rounds)] }
}

async function pair(stand: Stand, hedgeAfter: string) {
  const replica = () => stand.start('operator', { flags: [...flags, '--hedge-after', hedgeAfter] })
  const leader = replica()
  await leader.ready()
  const standby = replica()
  await standby.synced()
  return { leader, standby }
}

/** How long the last of `count` primaries waited for its weight (ms). */
async function withoutLeader(stand: Stand, count: number, hedgeAfter: string): Promise<number> {
  const { leader, standby } = await pair(stand, hedgeAfter)
  try {
    await leader.kill()
    await delay(pauseMs)
    const moved = sides(stand, count, 'secondary')
    const [lost = 0] = await stand.setPrimaries(count, false)
    const seen = await standby.during(moved)
    await standby.during(standby.ready())
    const back = sides(stand, count, 'primary')
    await stand.setPrimaries(count, true)
    await standby.during(back)
    return Math.max(...seen) - lost
  } finally {
    await Promise.all([leader.stop(), standby.stop()])
  }
}

/** Moves that a standby made although there was a leader, of all that were needed. */
async function besideLeader(stand: Stand, pairs: number, rounds: number): Promise<Figure> {
  const { leader, standby } = await pair(stand, '500')
  try {
    for (let round = 0; round < rounds; round += 1)
      for (const ready of [false, true]) {
        const moved = sides(stand, pairs, ready ? 'primary' : 'secondary')
        await stand.setPrimaries(pairs, ready)
        await leader.during(moved)
      }
    const hedges = await standby.metric('linkerd_failover_hedges_total')
    const measure = `${(pairs * rounds).toLocaleString('en')} failovers with a leader, tried by the standby`
    return { measure, unit: 'writes', operator: hedges, aim: (pairs * rounds) / 1000 }
  } finally {
    await Promise.all([leader.stop(), standby.stop()])
  }
}

const sides = (stand: Stand, count: number, side: 'primary' | 'secondary'): Promise<number[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => stand.observer.on(pairName(at), side)))
