import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Stand } from './stand.ts'
import type { Subject } from './subject.ts'

/** A probe that recorded nothing says -1: its resolution less than nothing. */
const recorded = z.number().gt(-1)

/** For how long an event loop stood still in a stretch of time (ms). */
const stalls = z.object({ p99: recorded, longest: recorded })
type Stalls = z.infer<typeof stalls>

/** An operator whose event loop is watched. */
export interface Probed {
  readonly operator: Subject
  /** Ends one stretch of time, and begins the next. */
  mark(): void
  /** Stops the operator; what each stretch was like. */
  stop(): Promise<readonly Stalls[]>
}

export function startProbed(stand: Stand, flags: readonly string[] = []): Probed {
  const file = join(tmpdir(), `stall-${process.pid}`)
  const operator = stand.start('operator', {
    flags,
    nodeFlags: ['--import', './bench/stall-probe.ts'],
    env: { STALL_FILE: file },
  })
  return {
    operator,
    mark: () => operator.signal('SIGUSR2'),
    stop: async () => {
      await operator.stop()
      const lines = readFileSync(file, 'utf8').trim().split('\n')
      rmSync(file)
      return lines.map((line) => stalls.parse(JSON.parse(line)))
    },
  }
}
