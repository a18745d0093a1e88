import type { Log } from '../../base/log.ts'

/** Keeps what is logged, so that a test can look at it: sentences in `lines`, and the fields of each. */
export function createMemoryLog(): Log & {
  readonly lines: string[]
  readonly fields: Record<string, unknown>[]
} {
  const lines: string[] = []
  const fields: Record<string, unknown>[] = []
  const write = (level: string) => (given: Record<string, unknown>, message: string) => {
    lines.push(`${level} ${message}`)
    fields.push(given)
  }
  return {
    lines,
    fields,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}
