import type { Stand } from './stand.ts'
import type { Subject } from './subject.ts'

/** What each round of each subject gave. */
export type Turns<T> = Readonly<Record<Subject['name'], T[]>>

/**
 * Runs `measure` with the floor and with the operator in turn, `rounds` times each: a machine's mood hits both.
 * `start` may put something else in their places.
 */
export async function inTurns<T>(
  stand: Stand,
  rounds: number,
  measure: (subject: Subject) => Promise<T>,
  start: (name: Subject['name']) => Subject = stand.start,
): Promise<Turns<T>> {
  const results: Turns<T> = { floor: [], operator: [] }
  for (let round = 0; round < rounds; round++) {
    for (const name of ['floor', 'operator'] as const) {
      const subject = start(name)
      try {
        await subject.ready()
        results[name].push(await subject.during(measure(subject)))
      } finally {
        await subject.stop()
      }
    }
  }
  return results
}
