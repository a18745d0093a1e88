import { setTimeout as delay } from 'node:timers/promises'
import type { Stand } from './stand.ts'
import type { Subject } from './subject.ts'

/** After the start (ms): by then neither the program nor the API server is still busy with it. */
const settlesMs = 3000

/** Resolves once a program acts and is at rest: services are not lost in the moment in which it was started. */
export async function untilAtRest(subject: Subject): Promise<void> {
  await subject.ready()
  await subject.during(delay(settlesMs))
}

/** What each round of each subject gave. */
export type Turns<T> = Readonly<Record<Subject['name'], T[]>>

/**
 * Runs `measure` with the floor and with the operator in turn, each at rest, `rounds` times: a machine's mood hits
 * both. `start` may put something else in their places.
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
        await untilAtRest(subject)
        results[name].push(await subject.during(measure(subject)))
      } finally {
        await subject.stop()
      }
    }
  }
  return results
}
