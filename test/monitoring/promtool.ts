import { spawnSync } from 'node:child_process'

/** Debian's package `prometheus` brings both; a machine without them fails the tests, it skips none. */
export function promtool(...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' })
  if (error) throw new Error(`promtool cannot be run: ${error.message}; install the package prometheus`)
  return { status, output: stdout + stderr }
}
