import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { startContainer } from '../../test/container/container.ts'
import { type Image, makeImage } from '../../test/container/image.ts'
import { type Figure, median, type Outcome } from '../figures.ts'
import type { Stand } from '../stand.ts'
import { memoryOf } from '../subject.ts'

/** After the start, when it has nothing more to do (ms). */
const settles = 10_000

/**
 * Resident memory of the operator as its image runs it: the bundle, the flags of the Dockerfile, a token and a
 * certificate; with the splits alone, and among services that no split uses. Needs root, as containers do.
 */
export async function memory(stand: Stand, splits: number, others: number, rounds: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'))
  try {
    const image = await makeImage(folder)
    await stand.grow(splits)
    const alone = await measure(stand, image, rounds)
    await stand.addOthers(others)
    const among = await measure(stand, image, rounds)
    const what = `memory of the image, ${splits.toLocaleString('en')} splits`
    const crowd = `${what}, ${others.toLocaleString('en')} other services`
    const figure = (measure: string, operator: number, aim: number): Figure => ({
      measure,
      unit: 'MiB',
      operator,
      aim,
    })
    return {
      figures: [
        figure(what, alone.now, 90),
        figure(crowd, among.now, 110),
        figure(`${crowd}, peak`, among.peak, 130),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure({ controlPlane }: Stand, image: Image, rounds: number) {
  const serviceAccount = await controlPlane.operatorServiceAccount()
  const seen = []
  for (let round = 0; round < rounds; round++) {
    seen.push(await startOnce(image, serviceAccount, controlPlane.url))
  }
  return { now: median(seen.map(({ now }) => now)), peak: median(seen.map(({ peak }) => peak)) }
}

async function startOnce(image: Image, serviceAccount: string, server: string) {
  const args = ['--admin-addr', '127.0.0.1:0', '--log-format', 'json']
  const child = startContainer(image, { serviceAccount, server, args })
  const ended = once(child, 'exit')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  try {
    await untilItActs(child)
    await pause(settles)
    return memoryOf(child.pid ?? 0)
  } finally {
    child.kill('SIGTERM')
    await ended
    process.off('exit', kill)
  }
}

async function untilItActs(child: ReturnType<typeof startContainer>): Promise<void> {
  const lines: string[] = []
  child.stderr.on('data', (text) => lines.push(String(text)))
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('failing over from now on')) return
    lines.push(line)
  }
  throw new Error(`the operator ended:\n${lines.slice(-20).join('\n')}`)
}
