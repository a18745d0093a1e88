/** The operator as a child process: started, asked and stopped only in the ways that every user has. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const listening = z.object({
  msg: z.string().includes('admin server listening'),
  host: z.string(),
  port: z.number(),
})
const keptLines = 20

export class Operator {
  readonly #child: ChildProcess
  readonly #log: string[] = []
  #admin: string | undefined
  #stopping = false

  /** `more`: flags besides those that the demo always needs. */
  constructor(kubeconfigFile: string, more: readonly string[] = []) {
    const fixed = ['--kubeconfig', kubeconfigFile, '--admin-addr', '127.0.0.1:0', '--log-format', 'json']
    const flags = [...fixed, ...more]
    const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#read(child.stdout)
    this.#read(child.stderr)
    // Whatever ends this process, even a bug: no operator is left behind.
    process.once('exit', () => child.kill('SIGKILL'))
    child.once('error', (error) => this.#log.push(String(error)))
  }

  /** Rejects, with the last lines of its log, if the operator ends before it was asked to. */
  async failure(): Promise<never> {
    const [code, signal] = await once(this.#child, 'close')
    if (this.#stopping) return new Promise(() => {})
    throw new Error(
      `the operator exited unexpectedly (${signal ?? `exit code ${code}`})\n${this.lastLines()}`,
    )
  }

  /** Resolves once `/ready` answers 200: every cache is complete. */
  async ready(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      if (this.#admin && (await answers(`${this.#admin}/ready`))) return
      await pause(20)
    }
    throw new Error(`the operator was not ready after ${timeoutMs / 1000} s\n${this.lastLines()}`)
  }

  /** Where its probes and metrics are. */
  get admin(): string {
    return this.#admin ?? ''
  }

  lastLines(): string {
    return this.#log.map((line) => `  operator: ${line}`).join('\n')
  }

  /** SIGTERM, and SIGKILL for one that does not listen. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || !this.#child.pid) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(timer)
  }

  #read(stream: Readable | null): void {
    if (!stream) return
    createInterface({ input: stream }).on('line', (line) => {
      this.#log.push(line)
      if (this.#log.length > keptLines) this.#log.shift()
      if (!this.#admin) this.#admin = adminUrl(line)
    })
  }
}

/** The address in the log line that names it; nothing for every other line. */
export function adminUrl(line: string): string | undefined {
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch {
    return undefined
  }
  const found = listening.safeParse(fields)
  return found.success ? `http://${found.data.host}:${found.data.port}` : undefined
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url)
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    return false
  }
}
