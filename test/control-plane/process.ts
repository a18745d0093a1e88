import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A program of the control plane, with its output in a file. */
export interface Running {
  readonly name: string
  readonly exited: boolean
  /** Sends a signal, such as SIGSTOP; waits for nothing. */
  signal(name: NodeJS.Signals): void
  /** The last lines that it wrote. */
  tail(lines?: number): string
  /** SIGKILL to this process alone, and its end: kube-apiserver takes a minute on SIGTERM with watches open. */
  kill(): Promise<void>
}

const alive = new Set<ChildProcess>()
// A test run that ends early must leave nothing behind.
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Starts a program; its standard output and error go to `logFile`, appended. */
export function run(name: string, path: string, args: readonly string[], logFile: string): Running {
  const output = openSync(logFile, 'a')
  const child = spawn(path, args, { stdio: ['ignore', output, output] })
  closeSync(output)
  alive.add(child)
  let failure = ''
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      failure = `\n${error.message}`
      resolve()
    })
  }).then(() => void alive.delete(child))
  return {
    name,
    get exited() {
      return !alive.has(child)
    },
    tail: (lines = 40) =>
      readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') + failure,
    signal: (name) => void child.kill(name),
    kill: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

/**
 * A free TCP port of 127.0.0.1 that no other test takes, of whichever process, until this process ends. It is below
 * the ports that Linux gives to connections by itself (from 32768 on), so that it is still free when a program wants
 * it, also when it starts again.
 */
export async function freePort(): Promise<number> {
  const port = 12_000 + Math.floor(Math.random() * 20_000)
  return (await claim(port)) && (await isFree(port)) ? port : freePort()
}

/** The UDP port of the same number stands for the claim: the system lets one process have it, and takes it back. */
function claim(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref()
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close()
      resolve(false)
    })
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Asks `isUp` until it agrees; throws with the program's last output when it ends or the time is over. */
export async function waitUntilUp(
  running: Running,
  isUp: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isUp().catch(() => false))) {
    if (running.exited) throw new Error(`${running.name} ended while starting:\n${running.tail()}`)
    if (Date.now() > deadline)
      throw new Error(`${running.name} is not up after ${timeoutMs} ms:\n${running.tail()}`)
    await delay(50)
  }
}
