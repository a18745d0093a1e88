import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '../figures.ts'
import type { Stand } from '../stand.ts'

/** How long the event loop stood still while the first lists of a large cluster came in. */
export async function stall(stand: Stand, others: number): Promise<Outcome> {
  await stand.addOthers(others)
  const file = join(tmpdir(), `stall-${process.pid}`)
  const operator = stand.start('operator', {
    nodeFlags: ['--import', './bench/stall-probe.ts'],
    env: { STALL_FILE: file },
  })
  await operator.ready()
  await operator.stop()
  const p99 = Number(readFileSync(file, 'utf8'))
  rmSync(file)
  const measure = `event-loop stall p99 while ${others.toLocaleString('en')} slices are listed`
  return { figures: [{ measure, unit: 'ms', operator: p99, aim: 25 }] }
}
