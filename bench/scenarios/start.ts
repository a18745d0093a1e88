import { median, type Outcome } from '../figures.ts'
import { pairName, type Stand } from '../stand.ts'
import type { SubjectName } from '../subject.ts'
import { compare, takeTurns } from '../turns.ts'

/** Started while `count` primaries are down: from the start of the process to the last weight seen. */
export async function startDown(stand: Stand, count: number, rounds: number): Promise<Outcome> {
  await stand.grow(count)
  const times = await takeTurns(stand, rounds, (name) => startOnce(stand, count, name))
  const measure = `start while ${count.toLocaleString('en')} are down, last weight`
  return { figures: [{ measure, unit: 'ms', ...compare(times, median), aim: 1.3 }] }
}

async function startOnce(stand: Stand, count: number, name: SubjectName): Promise<number> {
  const all = (side: 'primary' | 'secondary') =>
    Promise.all(Array.from({ length: count }, (_, pair) => stand.observer.on(pairName(pair), side)))
  await stand.setPrimaries(count, false)
  const moved = all('secondary')
  const began = performance.now()
  const subject = stand.start(name)
  const last = Math.max(...(await subject.during(moved)))
  await stand.setPrimaries(count, true)
  await subject.during(all('primary'))
  await subject.stop()
  return last - began
}

/** Started over healthy splits: nothing is due, so nothing must be written. */
export async function startHealthy(stand: Stand, count: number): Promise<Outcome> {
  await stand.grow(count)
  const before = stand.observer.changes
  const operator = stand.start('operator')
  await operator.ready()
  // A split that is due after all others shows that the operator has been through them.
  const seen = stand.observer.on(pairName(0), 'secondary')
  await stand.setPrimary(0, false)
  await seen
  const back = stand.observer.on(pairName(0), 'primary')
  await stand.setPrimary(0, true)
  await back
  await operator.stop()
  const writes = stand.observer.changes - before - 2
  return {
    figures: [
      {
        measure: `restart over ${count.toLocaleString('en')} healthy splits`,
        unit: 'writes',
        operator: writes,
        aim: 0,
      },
    ],
  }
}
