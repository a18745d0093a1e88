import { setTimeout as delay } from 'node:timers/promises'
import { median, type Outcome, percentile } from '../figures.ts'
import { pairName, type Stand } from '../stand.ts'
import type { Subject } from '../subject.ts'
import { changeOther } from './churn.ts'
import { storm } from './mass.ts'

/** A primary is lost or comes back so often (ms), and meanwhile so many slices of other services change. */
const pace = 100
const othersPerMove = 10
/** Between two looks at the memory (ms). */
const lookEvery = 1000

interface Course {
  /** Resident memory (MiB) over the time (min). */
  readonly memory: readonly (readonly [minute: number, mib: number])[]
  /** From each written readiness to the weight seen (ms). */
  readonly delays: readonly number[]
}

/** For so many minutes primaries are lost and come back, while other services change. */
export async function soak(stand: Stand, pairs: number, minutes: number): Promise<Outcome> {
  await stand.grow(pairs)
  await stand.addOthers(1000)
  const operator = stand.start('operator')
  try {
    await operator.ready()
    await operator.during(fillTimeline(stand, pairs))
    return outcomeOf(await operator.during(runFor(stand, operator, pairs, minutes)), minutes)
  } finally {
    await operator.stop()
  }
}

/**
 * What it remembers is bounded, at 10,000 entries of the timeline: only then is the memory at its beginning a
 * fair one.
 */
async function fillTimeline(stand: Stand, pairs: number): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await storm(stand, pairs, false)
    await storm(stand, pairs, true)
  }
}

async function runFor(stand: Stand, operator: Subject, pairs: number, minutes: number): Promise<Course> {
  const memory: [number, number][] = []
  const moves: Promise<number>[] = []
  const others: Promise<void>[] = []
  const began = performance.now()
  const elapsed = () => performance.now() - began
  for (let step = 0; elapsed() < minutes * 60_000; step++) {
    moves.push(move(stand, step % pairs, Math.floor(step / pairs) % 2 === 1))
    // No more than one step's changes of others are under way: a server that is slow slows the soak down.
    await Promise.all(others.splice(0))
    for (let i = 0; i < othersPerMove; i++) others.push(changeOther(stand, step * othersPerMove + i))
    if (elapsed() >= memory.length * lookEvery) memory.push([elapsed() / 60_000, operator.memory().now])
    await delay(Math.max(0, (step + 1) * pace - elapsed()))
  }
  await Promise.all(others)
  return { memory, delays: await Promise.all(moves) }
}

async function move(stand: Stand, pair: number, ready: boolean): Promise<number> {
  const seen = stand.observer.on(pairName(pair), ready ? 'primary' : 'secondary')
  const written = await stand.setPrimary(pair, ready)
  return Math.max(0, (await seen) - written)
}

function outcomeOf({ memory, delays }: Course, minutes: number): Outcome {
  const name = `soak of ${minutes} min, ${delays.length.toLocaleString('en')} losses and returns`
  const mib = memory.map(([, value]) => value)
  const tenth = Math.ceil(mib.length / 10)
  const ends = { floor: median(mib.slice(0, tenth)), operator: median(mib.slice(-tenth)) }
  return {
    figures: [
      { measure: `${name}, memory: last tenth against first`, unit: 'MiB', ...ends, aim: 1.1 },
      { measure: `${name}, memory: peak`, unit: 'MiB', operator: Math.max(...mib) },
      { measure: `${name}, delay p50`, unit: 'ms', operator: percentile(delays, 0.5) },
      { measure: `${name}, delay p99`, unit: 'ms', operator: percentile(delays, 0.99) },
      { measure: `${name}, longest delay`, unit: 'ms', operator: percentile(delays, 1) },
    ],
    plots: [
      {
        name: 'soak',
        title: 'Resident memory while primaries are lost and come back',
        x: 'minutes',
        y: 'MiB',
        series: [{ name: 'operator', points: memory }],
      },
    ],
  }
}
