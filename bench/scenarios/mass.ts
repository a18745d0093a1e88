import { median, type Outcome, percentile } from '../figures.ts'
import { cumulative } from '../plot.ts'
import { pairName, type Stand } from '../stand.ts'
import type { Subject } from '../subject.ts'
import { compare, inTurns } from '../turns.ts'

interface Storm {
  /** From the first written readiness to the last weight seen (ms). */
  readonly lastMs: number
  /** Each service's own delay: from its written readiness to its weight seen (ms). */
  readonly delays: readonly number[]
}

/** The most that each figure may be, beside the floor's. */
export interface MassAims {
  readonly last: number
  /** For the median of the own delays, and for their p99. */
  readonly own: number
}

/** `count` primaries are lost at once, and come back at once. */
export async function mass(
  stand: Stand,
  count: number,
  rounds: number,
  aims: MassAims = { last: 1.05, own: 1.2 },
): Promise<Outcome> {
  await stand.grow(count)
  const storms = await inTurns(stand, rounds, async () => {
    const lost = await storm(stand, count, false)
    await storm(stand, count, true)
    return lost
  })
  const medians = (of: (storm: Storm) => number) => compare(storms, (rounds) => median(rounds.map(of)))
  const name = `${count.toLocaleString('en')} lost at once${stand.kind.aside}`
  const delay = (p: number) => medians(({ delays }) => percentile(delays, p))
  const last = medians(({ lastMs }) => lastMs)
  const curve = (subject: 'floor' | 'operator') => ({
    name: subject,
    points: cumulative(storms[subject].flatMap(({ delays }) => delays)),
  })
  return {
    figures: [
      { measure: `${name}, last weight`, unit: 'ms', ...last, aim: aims.last },
      { measure: `${name}, own delay p50`, unit: 'ms', ...delay(0.5), aim: aims.own },
      { measure: `${name}, own delay p99`, unit: 'ms', ...delay(0.99), aim: aims.own },
    ],
    plots: [
      {
        name: `lost-${count}-${stand.kind.resource.plural}`,
        title: `${name}: services whose weights have moved`,
        x: 'ms since the readiness of the service was written',
        y: '% of services',
        series: [curve('floor'), curve('operator')],
      },
    ],
  }
}

/** The same with people who look on: what readers of the live stream cost the weights. */
export async function watched(
  stand: Stand,
  count: number,
  rounds: number,
  readers: number,
): Promise<Outcome> {
  await stand.grow(count)
  const operator = stand.start('operator')
  await operator.ready()
  const alone: number[] = []
  const together: number[] = []
  let grown = 0
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const lasts of round % 2 === 0 ? [alone, together] : [together, alone]) {
        const leave = lasts === together ? await operator.follow(readers) : async () => {}
        lasts.push((await storm(stand, count, false)).lastMs, (await storm(stand, count, true)).lastMs)
        await leave()
      }
    }
    grown = await growthUnderStuckReaders(stand, operator, count, readers)
  } finally {
    await operator.stop()
  }
  const name = `${count.toLocaleString('en')} lost at once`
  const against = `${name}, last weight, ${readers} readers against none`
  const memory = `${name} ten times, memory for ${readers} stuck readers`
  return {
    figures: [
      { measure: against, unit: 'ms', floor: median(alone), operator: median(together), aim: 1.05 },
      { measure: memory, unit: 'MiB', operator: grown, aim: 64 },
    ],
  }
}

/**
 * What readers that never read add to the process (MiB): a batch each, and what the garbage collector leaves.
 */
async function growthUnderStuckReaders(stand: Stand, operator: Subject, count: number, readers: number) {
  const leave = await operator.follow(readers, 'stuck')
  const before = operator.memory().now
  for (let round = 0; round < 5; round += 1) {
    await storm(stand, count, false)
    await storm(stand, count, true)
  }
  const grown = operator.memory().now - before
  await leave()
  return grown
}

/** So many primaries are lost, or come back, at once. */
export async function storm(stand: Stand, count: number, ready: boolean, firstPair = 0): Promise<Storm> {
  const side = ready ? 'primary' : 'secondary'
  const began = performance.now()
  const seen = Array.from({ length: count }, (_, index) =>
    stand.observer.on(pairName(firstPair + index), side),
  )
  const written = await stand.setPrimaries(count, ready, firstPair)
  const moments = await Promise.all(seen)
  return {
    lastMs: Math.max(...moments) - began,
    delays: moments.map((moment, index) => Math.max(0, moment - (written[index] ?? Number.NaN))),
  }
}
