import { afterAll, beforeAll, expect } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { courseOf, type History, startHistory } from '../e2e/history.ts'
import { inParallel, upTo } from '../e2e/in-parallel.ts'
import type { Weights } from '../e2e/objects.ts'
import type { Operator } from '../e2e/operator.ts'
import { type Footprint, footprintOf, isBackTo, startWatched } from './footprint.ts'
import { type Told, toldBy } from './told.ts'

/** So many routes fail over when a fault is tried. */
export const routes = upTo(300).map((index) => `svc-${index}`)

interface Parts {
  readonly controlPlane: ControlPlane
  readonly cluster: Cluster
  readonly history: History
  readonly operator: Operator
  readonly kubeconfig: string
  readonly flags: readonly string[]
  /** Before the fault: what the operator holds at rest, and what it has told. */
  readonly usual: Footprint
  readonly told: Told
}

/** A real control plane with routes on it, an operator that looks after them, and a record of all that happens. */
export class Stage {
  readonly controlPlane: ControlPlane
  readonly cluster: Cluster
  readonly history: History
  readonly #parts: Parts
  /** The one that runs is the last; those before it were killed. */
  readonly #operators: Operator[]
  /** The weights that every route has had, as the test has asked for them: `1/0`, then `0/1`. */
  readonly #course = ['1/0']

  constructor(parts: Parts) {
    this.controlPlane = parts.controlPlane
    this.cluster = parts.cluster
    this.history = parts.history
    this.#parts = parts
    this.#operators = [parts.operator]
  }

  get operator(): Operator {
    return this.#operators.at(-1) ?? this.#parts.operator
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
    const before = this.#course.slice(0, -1).filter((weights) => weights === wanted).length * routes.length
    await eventually(() => expect(moved() - before).toBeGreaterThan(10), 60_000)
  }

  /** Resolves when the fault is felt: more than `count` patches have had this outcome. */
  async felt(outcome: string, count = 0): Promise<void> {
    const name = 'linkerd_failover_patches_total'
    await eventually(async () => {
      expect((await this.operator.metrics()).sum(name, { outcome })).toBeGreaterThan(count)
    }, 60_000)
  }

  /** Resolves when the log has these words. */
  async said(words: RegExp): Promise<void> {
    const { operator } = this
    await eventually(() =>
      expect(operator.output().match(words)?.[0], operator.output().slice(-3000)).toBeDefined(),
    )
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
    console.log(`faults: ${what}: all weights right after ${secondsSince(began)} s`)
  }

  /** Starts another operator in the place of one that was killed. */
  async restartOperator(): Promise<void> {
    const { kubeconfig, flags } = this.#parts
    this.#operators.push(startWatched(kubeconfig, flags))
    await this.operator.ready(60_000)
  }

  /** After the fault: nothing wrong was written, nothing untrue was told, and the operator is as it was. */
  async nothingIsLeft(course: readonly string[] = this.#course): Promise<void> {
    await this.#nothingWrongWasWritten(course)
    await this.#nothingUntrueWasTold(this.#course.length - 1)
    await isBackTo(this.#parts.usual, this.operator, 'at rest')
  }

  /** No route ever had other weights than those that it had to have, one after the other, and no write was idle. */
  async #nothingWrongWasWritten(course: readonly string[]): Promise<void> {
    await this.history.complete()
    const courses = new Map(routes.map((name) => [name, courseOf(this.history, name)]))
    expect([...courses].filter(([, had]) => had.join() !== course.join())).toEqual([])
  }

  /**
   * Each route was moved so often, and log, metric and Events say so, once for each time. Events may be lost, but
   * not silently; what an operator was about to say when it was killed is lost with it.
   */
  async #nothingUntrueWasTold(moves: number): Promise<void> {
    const wasKilled = this.#operators.length > 1
    await eventually(async () => {
      const { told: before } = this.#parts
      const now = await toldBy(this.#operators, this.cluster)
      const lines = routes.map((name) => timesOf(name, now.log, before.log))
      const events = routes.map((name) => timesOf(name, now.events, before.events))
      expect(Math.max(...lines, ...events), 'the most that one route was told of').toBeLessThanOrEqual(moves)
      if (wasKilled) return
      expect(Math.min(...lines), 'the least lines of the log for one route').toBe(moves)
      expect(now.counted - before.counted, 'transitions by the metric').toBe(moves * routes.length)
      const missing = moves * routes.length - events.reduce((sum, count) => sum + count, 0)
      expect(missing, 'Events missing, beside those that the metric calls lost').toBeLessThanOrEqual(now.lost)
    }, 60_000)
  }
}

const text = (weights: Weights) => Object.values(weights).join('/')

const secondsSince = (began: number) => ((performance.now() - began) / 1000).toFixed(1)

const timesOf = (name: string, now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>) =>
  (now.get(name) ?? 0) - (before.get(name) ?? 0)

/** A test's own write that meets the fault is tried again: what is tested is the operator. */
async function retried(write: () => Promise<void>): Promise<void> {
  await eventually(write, 60_000)
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
  await addRoutes(cluster, routes)
  const path = await controlPlane.operatorKubeconfig()
  const kubeconfig = (await options.kubeconfig?.(controlPlane, path)) ?? path
  const flags = options.flags ?? []
  const operator = startWatched(kubeconfig, flags)
  await operator.ready(60_000)
  await warmUp(cluster, routes)
  const told = await allTold(cluster, operator)
  const usual = await footprintOf(operator)
  const history = await startHistory(controlPlane)
  return new Stage({ controlPlane, cluster, history, operator, kubeconfig, flags, usual, told })
}

/** Services of two, and splits over them, whose primary serves. */
export async function addRoutes(
  cluster: Cluster,
  names: readonly string[],
  labels?: Readonly<Record<string, string>>,
): Promise<void> {
  await inParallel(names, async (name) => {
    await cluster.addService(name, 1)
    await cluster.addService(`${name}-b`, 1)
    await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 }, labels && { labels })
  })
}

/** One failover of everything and back, so that connections are open and code is compiled. */
export async function warmUp(cluster: Cluster, names: readonly string[]): Promise<void> {
  for (const ready of [0, 1]) {
    await inParallel(names, (name) => cluster.setReady(name, ready))
    await eventually(async () => {
      const weights = await cluster.allWeights()
      for (const name of names) expect(weights.get(name)?.[name]).toBe(ready)
    }, 60_000)
  }
}

/** Resolves when the warming up has been told to the end. */
function allTold(cluster: Cluster, operator: Operator): Promise<Told> {
  return eventually(async () => {
    const told = await toldBy([operator], cluster)
    for (const name of routes) expect([told.log.get(name), told.events.get(name)]).toEqual([2, 2])
    return told
  }, 60_000)
}
