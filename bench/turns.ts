import { setTimeout as delay } from 'node:timers/promises'
import type { Figure } from './figures.ts'
import type { Stand } from './stand.ts'
import type { Subject, SubjectName } from './subject.ts'

/**
 * After the start (ms): by then neither the program nor the API server is still busy with it. The operator looks for
 * what is wrong around the routes 5 s after it has seen them.
 */
const settlesMs = 6000

/**
 * Resolves once a program acts and is at rest: services are not lost in the moment in which it was started.
 */
export async function untilAtRest(subject: Subject): Promise<void> {
  await subject.ready()
  await subject.during(delay(settlesMs))
}

/** What each round of each subject gave; `before` is empty if no earlier operator is measured. */
export type Turns<T> = Readonly<Record<SubjectName, T[]>>

/** Calls `measure` for each subject in turn, `rounds` times: a machine's mood hits all of them. */
export async function takeTurns<T>(
  { subjects }: Stand,
  rounds: number,
  measure: (name: SubjectName) => Promise<T>,
): Promise<Turns<T>> {
  const results: Turns<T> = { floor: [], operator: [], before: [] }
  for (let round = 0; round < rounds; round++) {
    for (const name of subjects) results[name].push(await measure(name))
  }
  return results
}

/**
 * Runs `measure` with each subject in turn, each at rest. `start` may put something else in their places.
 */
export async function inTurns<T>(
  stand: Stand,
  rounds: number,
  measure: (subject: Subject) => Promise<T>,
  start: (name: SubjectName) => Subject = stand.start,
): Promise<Turns<T>> {
  return takeTurns(stand, rounds, async (name) => {
    const subject = start(name)
    try {
      await untilAtRest(subject)
      return await subject.during(measure(subject))
    } finally {
      await subject.stop()
    }
  })
}

/** One number for each subject that was measured, as a figure wants them. */
export function compare<T>(
  turns: Turns<T>,
  of: (rounds: readonly T[]) => number,
): Pick<Figure, 'floor' | 'operator' | 'before'> {
  const sides = { floor: of(turns.floor), operator: of(turns.operator) }
  return turns.before.length === 0 ? sides : { ...sides, before: of(turns.before) }
}
