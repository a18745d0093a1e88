import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { freePort, type Running, run, waitUntilUp } from '../control-plane/process.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { courseOf, type History, startHistory } from '../e2e/history.ts'
import { inParallel, upTo } from '../e2e/in-parallel.ts'
import type { Weights } from '../e2e/objects.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'

/** Every fault is tried in the middle of a failover of so many routes. */
export const routes = upTo(300).map((index) => `svc-${index}`)

/** What a process holds of the machine. */
interface Footprint {
  readonly sockets: number
  readonly memoryMiB: number
}

/** A real control plane with routes on it, an operator that looks after them, and a record of all that happens. */
export class Stage {
  readonly controlPlane: ControlPlane
  readonly cluster: Cluster
  readonly history: History
  operator: Operator
  readonly #kubeconfig: string
  readonly #flags: readonly string[]
  readonly #usual: Footprint
  /** The weights that every route has had, as the test has asked for them: `1/0`, then `0/1`. */
  readonly #course = ['1/0']

  constructor(parts: {
    readonly controlPlane: ControlPlane
    readonly cluster: Cluster
    readonly history: History
    readonly operator: Operator
    readonly kubeconfig: string
    readonly flags: readonly string[]
    readonly usual: Footprint
  }) {
    this.controlPlane = parts.controlPlane
    this.cluster = parts.cluster
    this.history = parts.history
    this.operator = parts.operator
    this.#kubeconfig = parts.kubeconfig
    this.#flags = parts.flags
    this.#usual = parts.usual
  }

  /** All primaries lose their endpoints, or get them back; resolves when the server has taken that. */
  async primaries(ready: 0 | 1): Promise<void> {
    this.#course.push(ready === 1 ? '1/0' : '0/1')
    await inParallel(routes, (name) => retried(() => this.cluster.setReady(name, ready)))
  }

  /** Resolves in the middle of the storm: some routes have been moved since `primaries` was called. */
  async middle(): Promise<void> {
    const wanted = this.#course.at(-1)
    const moved = () => this.history.states.filter(({ weights }) => text(weights) === wanted).length
    await eventually(() => expect(moved()).toBeGreaterThan(10), 60_000)
  }

  /** Resolves when all weights are right; throws if they are not within `seconds`. */
  async allRight(seconds: number, what: string): Promise<void> {
    const began = performance.now()
    const wanted = this.#course.at(-1)
    await eventually(async () => {
      const weights = await this.cluster.allWeights()
      const wrong = routes.filter((name) => text(weights.get(name) ?? {}) !== wanted)
      expect(wrong, `not ${wanted}; the operator wrote:\n${this.operator.output().slice(-3000)}`).toEqual([])
    }, seconds * 1000)
    console.log(
      `faults: ${what}: all weights right after ${((performance.now() - began) / 1000).toFixed(1)} s`,
    )
  }

  /** No route ever had other weights than those that it had to have, one after the other, and no write was idle. */
  async nothingWrongWasWritten(): Promise<void> {
    await this.history.complete()
    const courses = new Map(routes.map((name) => [name, courseOf(this.history, name)]))
    expect([...courses].filter(([, course]) => course.join() !== this.#course.join())).toEqual([])
  }

  /**
   * Open sockets of the operator are back to where they were before the fault, and its resident memory is near it:
   * pages that the heap has needed once stay with an idle process, so this finds a flood and not a drip.
   */
  async backToNormal(): Promise<void> {
    await eventually(() => {
      const now = footprintOf(this.operator)
      expect(now.sockets, 'open sockets').toBeLessThanOrEqual(this.#usual.sockets + 4)
      expect(now.memoryMiB, 'memory in MiB').toBeLessThanOrEqual(this.#usual.memoryMiB + 128)
    }, 60_000)
  }

  /** Starts another operator in the place of one that was killed. */
  async restartOperator(): Promise<void> {
    this.operator = startOperator(this.#kubeconfig, this.#flags)
    await this.operator.ready(60_000)
  }
}

const text = (weights: Weights) => Object.values(weights).join('/')

/** A test's own write that meets the fault is tried again: what is tested is the operator. */
export async function retried(write: () => Promise<void>): Promise<void> {
  await eventually(write, 60_000)
}

/** What the kernel says of a process: its sockets, and its resident memory. */
function footprintOf({ pid }: Operator): Footprint {
  const sockets = readdirSync(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { sockets, memoryMiB: Number(resident) / 1024 }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // It was closed meanwhile.
    return false
  }
}

export interface StageOptions {
  /** Changes the kubeconfig before the operator gets it. */
  readonly kubeconfig?: (controlPlane: ControlPlane, path: string) => Promise<string>
  readonly flags?: readonly string[]
}

/** Has a stage for the tests of a file: set before them, and taken down after them. */
export function useStage(options: StageOptions = {}): () => Stage {
  let controlPlane: ControlPlane | undefined
  let stage: Stage | undefined
  beforeAll(async () => {
    controlPlane = await startControlPlane()
    stage = await setStage(controlPlane, options)
  })
  afterAll(async () => {
    await stage?.operator.kill()
    await stage?.history.stop()
    await controlPlane?.stop()
  })
  return () => {
    if (!stage) throw new Error('the stage is not set')
    return stage
  }
}

async function setStage(controlPlane: ControlPlane, options: StageOptions): Promise<Stage> {
  await controlPlane.installCrd()
  const cluster = openCluster(controlPlane.api)
  await inParallel(routes, async (name) => {
    await cluster.addService(name, 1)
    await cluster.addService(`${name}-b`, 1)
    await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 })
  })
  const path = await controlPlane.operatorKubeconfig()
  const kubeconfig = (await options.kubeconfig?.(controlPlane, path)) ?? path
  const flags = options.flags ?? []
  const operator = startOperator(kubeconfig, flags)
  await operator.ready(60_000)
  await warmUp(cluster)
  const usual = footprintOf(operator)
  const history = await startHistory(controlPlane)
  return new Stage({ controlPlane, cluster, history, operator, kubeconfig, flags, usual })
}

/** One failover of everything and back, so that connections are open and code is compiled. */
async function warmUp(cluster: Cluster): Promise<void> {
  for (const ready of [0, 1]) {
    await inParallel(routes, (name) => cluster.setReady(name, ready))
    await eventually(async () => {
      const weights = await cluster.allWeights()
      for (const name of routes) expect(weights.get(name)?.[name]).toBe(ready)
    }, 60_000)
  }
}

/** Puts a proxy between operator and API server; answers with the kubeconfig that leads through it. */
export async function startProxy(
  { url }: ControlPlane,
  path: string,
): Promise<{ proxy: Running; kubeconfig: string }> {
  const port = await freePort()
  const program = join(import.meta.dirname, 'proxy.ts')
  const args = [program, String(port), new URL(url).port]
  const proxy = run('proxy', process.execPath, args, join(tmpdir(), `proxy-${port}.log`))
  await waitUntilUp(proxy, () => isListening(port))
  const kubeconfig = `${path}.proxied`
  writeFileSync(kubeconfig, readFileSync(path, 'utf8').replace(url, `https://127.0.0.1:${port}`))
  return { proxy, kubeconfig }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy())
  })
}
