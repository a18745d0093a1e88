import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Image, makeImage } from '../../test/container/image.ts'
import { type Figure, median, type Outcome } from '../figures.ts'
import { startPod } from '../pod.ts'
import type { Stand } from '../stand.ts'
import { cpuOf, memoryOf } from '../subject.ts'

/** After the start, when it has nothing more to do (ms). */
const settles = 10_000

/** What it is started among, and the most that it may need there (MiB). */
export interface Crowd {
  readonly splits: number
  /** Services that no split uses. */
  readonly others?: number
  readonly aim?: number
  readonly peakAim?: number
}

interface Needs {
  /** Resident memory, at rest and at its peak (MiB). */
  readonly now: number
  readonly peak: number
  /** Processor time from the start until it acts (ms). */
  readonly startMs: number
  /** Share of a processor while nothing changes (%). */
  readonly rest: number
}

/**
 * Memory and processor time of the operator as its image runs it: the bundle, the flags of the Dockerfile, a
 * token and a certificate; in clusters of growing size. Needs root, as containers do.
 */
export async function memory(stand: Stand, crowds: readonly Crowd[], rounds: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'))
  try {
    const image = await makeImage(folder)
    const figures: Figure[] = []
    for (const crowd of crowds) {
      await stand.grow(crowd.splits)
      await stand.addOthers(crowd.others ?? 0)
      figures.push(...figuresOf(crowd, await measure(stand, image, rounds)))
    }
    return { figures }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function figuresOf({ splits, others = 0, aim, peakAim }: Crowd, needs: Needs): Figure[] {
  const crowd = others > 0 ? `, ${others.toLocaleString('en')} other services` : ''
  const name = `of the image, ${splits.toLocaleString('en')} splits${crowd}`
  return [
    { measure: `memory ${name}`, unit: 'MiB', operator: needs.now, ...(aim && { aim }) },
    { measure: `memory ${name}, peak`, unit: 'MiB', operator: needs.peak, ...(peakAim && { aim: peakAim }) },
    { measure: `processor time ${name}, start`, unit: 'ms', operator: needs.startMs },
    { measure: `processor time ${name}, at rest`, unit: '%', operator: needs.rest },
  ]
}

async function measure({ controlPlane }: Stand, image: Image, rounds: number): Promise<Needs> {
  const serviceAccount = await controlPlane.operatorServiceAccount()
  const seen: Needs[] = []
  for (let round = 0; round < rounds; round++) {
    seen.push(await startOnce(image, serviceAccount, controlPlane.url))
  }
  const middle = (of: (needs: Needs) => number) => median(seen.map(of))
  return {
    now: middle(({ now }) => now),
    peak: middle(({ peak }) => peak),
    startMs: middle(({ startMs }) => startMs),
    rest: middle(({ rest }) => rest),
  }
}

async function startOnce(image: Image, serviceAccount: string, server: string): Promise<Needs> {
  const pod = await startPod(image, { serviceAccount, server })
  try {
    const startMs = cpuOf(pod.pid)
    await pause(settles / 2)
    const before = cpuOf(pod.pid)
    await pause(settles / 2)
    const rest = ((cpuOf(pod.pid) - before) / (settles / 2)) * 100
    return { ...memoryOf(pod.pid), startMs, rest }
  } finally {
    await pod.stop()
  }
}
