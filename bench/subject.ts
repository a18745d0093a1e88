import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { imageRuns } from '../test/container/image.ts'

const root = join(import.meta.dirname, '..')

/** What is measured: the least possible program, this operator, and the operator of an earlier commit. */
export type SubjectName = 'floor' | 'operator' | 'before'

/** A program under measurement, running as a process of its own. */
export interface Subject {
  readonly name: SubjectName
  /** Resolves once it acts; rejects with its last output when it ended instead. */
  ready(): Promise<void>
  /** Resolves once it knows the readiness of all services, also where it only stands by. */
  synced(): Promise<void>
  /** The outcome of `work`, which waits for what the program does; rejects as `ready` does. */
  during<T>(work: Promise<T>): Promise<T>
  /** Value of one series of its metrics, summed over labels; 0 where it has none. */
  metric(name: string): Promise<number>
  /** Processor time used so far, user and system (ms). */
  cpuMs(): number
  /** Resident memory now and at its peak (MiB). */
  memory(): { readonly now: number; readonly peak: number }
  /**
   * Follows its live stream with so many readers, until the function that it answers with is called. Those
   * that are `stuck` read the beginning and nothing more.
   */
  follow(readers: number, stuck?: 'stuck'): Promise<() => Promise<void>>
  /** SIGTERM, so that nothing of it is still under way when the next one is measured. */
  stop(): Promise<void>
  signal(name: NodeJS.Signals): void
  /** SIGKILL. */
  kill(): Promise<void>
}

/** What both programs need to be started in a cluster. */
export interface Programs {
  readonly kubeconfig: string
  /** The file of the operator. */
  readonly bundle: string
  /** The file of the operator of an earlier commit; absent if none is measured beside this one. */
  readonly earlierBundle?: string | undefined
  /** The file of the floor, and its arguments. */
  readonly floor: readonly string[]
}

export interface StartOptions {
  /** What is started instead: a file, and its arguments. */
  readonly program?: readonly string[]
  /** Further flags of the program itself. */
  readonly flags?: readonly string[]
  readonly nodeFlags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Starts the floor from its source, or the operator as its image does: from its bundle, with the flags and
 * the environment of the Dockerfile.
 */
export function startSubject(
  name: SubjectName,
  programs: Programs,
  { program, flags = [], nodeFlags = [], env = {} }: StartOptions = {},
): Subject {
  const command = program ? { flags: [], program, env: {} } : commandOf(name, programs)
  const child = spawn(process.execPath, [...command.flags, ...nodeFlags, ...command.program, ...flags], {
    cwd: root,
    env: { ...process.env, ...command.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit').then(() => process.off('exit', kill))
  const tail: string[] = []
  let admin = ''
  const fails = ended.then(() => Promise.reject(new Error(`the ${name} exited:\n${tail.join('\n')}`)))
  fails.catch(() => {})
  const synced = Promise.withResolvers<void>()
  const acts = new Promise<void>((resolve) => {
    const read = (line: string) => {
      tail.push(line)
      if (tail.length > 20) tail.shift()
      admin = /admin server listening on ([\d.:]+)/.exec(line)?.[1] ?? admin
      if (line.includes('the readiness of all services is known')) synced.resolve()
      if (line === 'ready' || saysThatItLeads(line)) resolve()
    }
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read)
  })
  return {
    name,
    ready: () => Promise.race([acts, fails]),
    synced: () => Promise.race([synced.promise, fails]),
    during: (work) => Promise.race([work, fails]),
    metric: async (series) => sumOf(await (await fetch(`http://${admin}/metrics`)).text(), series),
    cpuMs: () => cpuOf(child.pid ?? 0),
    memory: () => memoryOf(child.pid ?? 0),
    follow: (readers, stuck) => follow(admin, readers, stuck),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
    signal: (name) => void child.kill(name),
    kill: async () => {
      kill()
      await ended
    },
  }
}

/** The log line of an operator that begins to write, in the words of this commit or of earlier ones. */
export const saysThatItLeads = (line: string): boolean =>
  line.includes('failing over from now on') || line.includes('this replica now performs failovers')

function commandOf(name: SubjectName, programs: Programs) {
  if (name === 'floor') return { flags: [], program: programs.floor, env: {} }
  const bundle = name === 'before' ? programs.earlierBundle : programs.bundle
  if (bundle === undefined)
    throw new Error('the bundle of an earlier commit is missing; name one with --before')
  return operatorOf(programs.kubeconfig, bundle)
}

function operatorOf(kubeconfig: string, bundle: string) {
  const { entrypoint, environment } = imageRuns()
  return {
    flags: entrypoint.slice(1, -1),
    program: [bundle, '--kubeconfig', kubeconfig, '--admin-addr', '127.0.0.1:0', '--log-format', 'json'],
    env: Object.fromEntries(environment.map((variable) => variable.split('='))),
  }
}

/** Raw connections whose bytes are thrown away, so that the readers themselves cost next to nothing. */
async function follow(admin: string, readers: number, stuck?: 'stuck'): Promise<() => Promise<void>> {
  const [host = '', port] = admin.split(':')
  const sockets = Array.from({ length: readers }, () => connect(Number(port), host))
  for (const socket of sockets) {
    socket.write(`GET /api/v1/stream HTTP/1.1\r\nhost: ${admin}\r\n\r\n`)
    await once(socket, 'data')
    socket.pause()
    if (!stuck) socket.resume()
  }
  return async () => {
    for (const socket of sockets) socket.destroy()
    await Promise.all(sockets.map((socket) => once(socket, 'close')))
  }
}

function sumOf(text: string, series: string): number {
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${series} `) || line.startsWith(`${series}{`))
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

/**
 * Processor time of a process (ms): fields 14 and 15 of `/proc/PID/stat` (see proc(5)), in ticks of 10 ms.
 */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Resident memory of a process, now and at its peak (MiB). */
export function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mib = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
  return { now: mib('VmRSS'), peak: mib('VmHWM') }
}
