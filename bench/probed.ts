import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Stand } from './stand.ts'
import type { Subject } from './subject.ts'

const stalls = z.object({ p99: z.number(), longest: z.number() })

/** An operator whose event loop is watched. */
export interface Probed {
  readonly operator: Subject
  /** Forgets what stood still until now. */
  reset(): void
  /** Stops the operator; for how long its event loop stood still (ms). */
  stop(): Promise<z.infer<typeof stalls>>
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
    reset: () => operator.signal('SIGUSR2'),
    stop: async () => {
      await operator.stop()
      const found = stalls.parse(JSON.parse(readFileSync(file, 'utf8')))
      rmSync(file)
      return found
    },
  }
}
