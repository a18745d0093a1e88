import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { startContainer } from '../test/container/container.ts'
import type { Image } from '../test/container/image.ts'
import { saysThatItLeads } from './subject.ts'

/** An operator that runs as its image. Needs root, as containers do. */
export interface Pod {
  readonly pid: number
  /** Where its probes and metrics are: `HOST:PORT`. */
  readonly admin: string
  stop(): Promise<void>
}

/** Starts the image with these flags; resolves when it acts, and rejects with its last output if it ends instead. */
export async function startPod(
  image: Image,
  {
    serviceAccount,
    server,
    flags = [],
  }: { serviceAccount: string; server: string; flags?: readonly string[] },
): Promise<Pod> {
  const args = ['--admin-addr', '127.0.0.1:0', '--log-format', 'json', ...flags]
  const child = startContainer(image, { serviceAccount, server, args })
  const ended = once(child, 'exit')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    process.off('exit', kill)
  }
  const tail: string[] = []
  child.stderr.on('data', (text) => tail.push(String(text)))
  let admin = ''
  for await (const line of createInterface({ input: child.stdout })) {
    admin = /admin server listening on ([\d.:]+)/.exec(line)?.[1] ?? admin
    if (saysThatItLeads(line)) return { pid: child.pid ?? 0, admin, stop }
    tail.push(line)
  }
  await stop()
  throw new Error(`the operator exited:\n${tail.slice(-20).join('\n')}`)
}

/**
 * Processor time of all threads of a process so far (ms): the first field of `/proc/PID/task/TID/schedstat`, which
 * counts nanoseconds where `/proc/PID/stat` counts ticks of 10 ms. Threads that have ended are left out.
 */
export function preciseCpuOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const times = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  )
  return times.reduce((sum, time) => sum + time, 0) / 1e6
}
