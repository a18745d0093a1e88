import { setTimeout as delay } from 'node:timers/promises'
import { name as namespace } from '../../src/install/manifest.ts'
import type { Outcome } from '../figures.ts'
import { pairName, type Stand } from '../stand.ts'

/** `planned`: the leader is asked to leave; `crash`: it is killed, and its lease of 15 s must run out. */
type End = 'planned' | 'crash'

const aims: Readonly<Record<End, number>> = { planned: 1000, crash: 15_000 + 2000 }
/** Between two losses (ms), so that one meets each moment of the hand-over. */
const pace = 50
/** Losses after the next one leads. */
const after = 5

interface HandOver {
  /** From the signal until the next replica acts (ms). */
  readonly leadingMs: number
  /** The longest that a service which was lost meanwhile waited for its weight (ms). */
  readonly waitMs: number
}

/**
 * Two replicas, of which the leader goes while primaries are lost one after the other; the longest of all
 * rounds.
 */
export async function handOver(stand: Stand, pairs: number, rounds: number): Promise<Outcome> {
  await stand.grow(pairs)
  const figures = []
  for (const [end, name] of [
    ['planned', 'planned hand-over'],
    ['crash', 'hand-over after kill -9'],
  ] as const) {
    const seen: HandOver[] = []
    for (let round = 0; round < rounds; round++) seen.push(await once(stand, pairs, end))
    const longest = (of: (one: HandOver) => number) => Math.max(...seen.map(of))
    const rest = { unit: 'ms', aim: aims[end] } as const
    figures.push({ measure: `${name}, next leader acts`, operator: longest((one) => one.leadingMs), ...rest })
    figures.push({ measure: `${name}, longest wait`, operator: longest((one) => one.waitMs), ...rest })
  }
  return { figures }
}

async function once(stand: Stand, pairs: number, end: End): Promise<HandOver> {
  const replica = () =>
    stand.start('operator', { flags: ['--leader-elect', '--leader-elect-resource-namespace', namespace] })
  const leader = replica()
  const standby = await leader.ready().then(replica)
  try {
    await standby.synced()
    const began = performance.now()
    const gone = end === 'planned' ? leader.stop() : leader.kill()
    const led = standby.ready().then(() => performance.now())
    const waits = await standby.during(loseUntil(stand, pairs, led))
    await gone
    await standby.during(bringBack(stand, waits.length))
    return { leadingMs: (await led) - began, waitMs: Math.max(...waits) }
  } finally {
    await Promise.all([leader.stop(), standby.stop()])
  }
}

/**
 * Loses one primary after the other until the next replica leads, and some more; how long each waited (ms).
 */
async function loseUntil(stand: Stand, pairs: number, led: Promise<unknown>): Promise<number[]> {
  const waits: Promise<number>[] = []
  let left = Number.POSITIVE_INFINITY
  void led.then(() => (left = after))
  for (let pair = 0; pair < pairs && left > 0; pair++, left--) {
    waits.push(lose(stand, pair))
    await delay(pace)
  }
  return Promise.all(waits)
}

async function lose(stand: Stand, pair: number): Promise<number> {
  const seen = stand.observer.on(pairName(pair), 'secondary')
  const written = await stand.setPrimary(pair, false)
  return Math.max(0, (await seen) - written)
}

async function bringBack(stand: Stand, pairs: number): Promise<void> {
  const back = Array.from({ length: pairs }, (_, pair) => stand.observer.on(pairName(pair), 'primary'))
  await stand.setPrimaries(pairs, true)
  await Promise.all(back)
}
