import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { binary } from '../programs/binaries.ts'
import type { Program } from '../programs/sets.ts'

export interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** A kubectl that stays, such as `get -w`. */
export interface Staying {
  /** What it has printed so far. */
  output(): string
  /** Resolves when the output matches; throws with the output when it does not in time. */
  seen(pattern: RegExp, timeoutMs?: number): Promise<void>
  stop(): Promise<void>
}

function start(kubeconfig: string, args: readonly string[], program: Program = 'kubectl') {
  // Its caches would otherwise go to the home folder, and answer for another server on the same port.
  const all = ['--kubeconfig', kubeconfig, '--cache-dir', `${kubeconfig}.cache`, ...args]
  const child = spawn(binary(program), all, { env: { PATH: process.env.PATH ?? '' } })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? -1))
  })
  return { child, text, ended }
}

/** Runs the real kubectl, of any of its releases, to its end; a failure is a code, not an exception. */
export async function kubectl(
  kubeconfig: string,
  args: readonly string[],
  input = '',
  program?: Program,
): Promise<Finished> {
  const { child, text, ended } = start(kubeconfig, args, program)
  child.stdin.end(input)
  const code = await ended
  return { ...text, code }
}

/** Starts a kubectl that does not end by itself. */
export function stayingKubectl(kubeconfig: string, args: readonly string[]): Staying {
  const { child, text, ended } = start(kubeconfig, args)
  child.stdin.end()
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const output = () => text.stdout + text.stderr
  return {
    output,
    seen: async (pattern, timeoutMs = 20_000) => {
      const deadline = Date.now() + timeoutMs
      while (!pattern.test(output())) {
        if (Date.now() > deadline) throw new Error(`${pattern} not seen in ${timeoutMs} ms in:\n${output()}`)
        await delay(20)
      }
    },
    stop: async () => {
      kill()
      process.off('exit', kill)
      await ended
    },
  }
}
