import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { request } from 'undici'
import { expect } from 'vitest'
import { z } from 'zod'
import { eventually } from './eventually.ts'
import { type Metrics, parseMetrics } from './metrics.ts'

const listening = z.object({
  msg: z.string().includes('admin server listening'),
  host: z.string(),
  port: z.number(),
})

/** A running operator, a process of its own. */
export interface Operator {
  /** All that it has written so far, both streams. */
  output(): string
  /** What it has written to standard error so far. */
  stderr(): string
  /** Resolves when `/live` answers 200. */
  live(): Promise<void>
  /** Resolves when `/ready` answers 200: every cache is synced. */
  ready(timeout?: number): Promise<void>
  metrics(): Promise<Metrics>
  /** Where its admin server listens. Throws until it does. */
  adminUrl(): string
  /** True while the process is there. */
  running(): boolean
  /** Resolves to its exit code when it ends by itself. */
  exit(): Promise<number | null>
  /** SIGTERM; resolves when it has ended, and throws unless the exit code is 0. */
  stop(): Promise<void>
  readonly pid: number
  /** Sends a signal, such as SIGSTOP; waits for nothing. */
  signal(name: NodeJS.Signals): void
  /** SIGKILL, for the end of a test that has failed; does nothing where it has ended. */
  kill(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')

/** The JSON value of a log line, or undefined for a line that is none. */
export function json(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Starts the operator as a user does, `node src/main.ts FLAGS`, and returns at once; `nodeFlags` are Node's own. */
export function startOperator(
  kubeconfigPath: string,
  flags: readonly string[] = [],
  nodeFlags: readonly string[] = [],
): Operator {
  const always = ['--kubeconfig', kubeconfigPath, '--admin-addr', '127.0.0.1:0', '--log-format', 'json']
  const child = spawn(process.execPath, [...nodeFlags, 'src/main.ts', ...always, ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return follow(child)
}

/** An operator that was started in any way, with `--log-format json` if its admin server is to be asked. */
export function follow(child: ChildProcessByStdio<null, Readable, Readable>): Operator {
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  const output = () => text.stdout + text.stderr
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  void ended.then(() => process.off('exit', killNow))
  const running = () => child.exitCode === null && child.signalCode === null

  const adminUrl = (): string => {
    const lines = output()
      .split('\n')
      .map((line) => listening.safeParse(json(line)))
    const found = lines.find((line) => line.success)?.data
    if (found) return `http://${found.host}:${found.port}`
    throw new Error(`the operator's admin server is not up; it wrote:\n${output()}`)
  }
  const ask = async (path: string) => {
    const answer = await request(`${adminUrl()}${path}`)
    return { status: answer.statusCode, body: await answer.body.text() }
  }
  const untilOk = async (path: string, timeout?: number): Promise<void> => {
    await eventually(async () => {
      const { status, body } = await ask(path)
      expect(status, `${path} said ${body}; the operator wrote:\n${output().slice(-4000)}`).toBe(200)
    }, timeout)
  }
  return {
    output,
    stderr: () => text.stderr,
    live: () => untilOk('/live'),
    ready: (timeout) => untilOk('/ready', timeout),
    adminUrl,
    metrics: async () => parseMetrics((await ask('/metrics')).body),
    running,
    exit: () => ended,
    stop: async () => {
      expect(running(), `the operator had ended; it wrote:\n${output()}`).toBe(true)
      child.kill('SIGTERM')
      expect(await ended, `exit code after SIGTERM; the operator wrote:\n${output()}`).toBe(0)
    },
    pid: child.pid ?? 0,
    signal: (name) => void child.kill(name),
    kill: async () => {
      if (running()) killNow()
      await ended
    },
  }
}
