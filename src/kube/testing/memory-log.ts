import type { Log } from '../../log.ts'

/** Keeps what is logged, so that a test can look at it. */
export function createMemoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = []
  const write = (level: string) => (_: Record<string, unknown>, message: string) => {
    lines.push(`${level} ${message}`)
  }
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
