import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleModules, operator } from '../packaging/bundle.ts'
import { type ControlPlane, startControlPlane } from '../test/control-plane/control-plane.ts'
import { inParallel, upTo } from '../test/e2e/in-parallel.ts'
import { at, handMade, slice, slices } from '../test/e2e/objects.ts'
import { type Kind, pathOf } from './kind.ts'
import { observe } from './observe.ts'
import { type Observer, sideOf } from './observer.ts'
import { type StartOptions, type Subject, type SubjectName, startSubject } from './subject.ts'

/** Writes of readiness under way at once while many services change together. */
const writers = 32

/**
 * A real control plane with pairs of services: route `svc-N` over the services `svc-N` (primary) and
 * `svc-N-b`.
 */
export interface Stand {
  readonly kind: Kind
  readonly observer: Observer
  readonly controlPlane: ControlPlane
  /** What takes turns; `before` only if an earlier operator is measured too. */
  readonly subjects: readonly SubjectName[]
  start(name: SubjectName, options?: StartOptions): Subject
  /** Adds pairs up to this number, all ready and on their primary. */
  grow(pairs: number): Promise<void>
  /** Makes the primary of a pair ready or not; resolves to the moment of the server's answer (ms). */
  setPrimary(pair: number, ready: boolean): Promise<number>
  /** The same for `count` pairs, side by side; resolves to the moment of each answer, in their order. */
  setPrimaries(count: number, ready: boolean, firstPair?: number): Promise<number[]>
  /** Adds services that no route uses, with 10 ready endpoints each, up to this number. */
  addOthers(count: number): Promise<void>
  stop(): Promise<void>
}

export const pairName = (pair: number): string => `svc-${pair}`

/**
 * A cluster of its own, with routes of one kind. `earlierBundle`: an operator of an earlier commit beside
 * this one.
 */
export async function openStand(kind: Kind, earlierBundle?: string): Promise<Stand> {
  const controlPlane = await startControlPlane()
  await controlPlane.install(kind.definition())
  const { api, kubeconfigPath } = controlPlane
  const observer = await observe(kubeconfigPath, kind.resource, sideOf(kind))
  const kubeconfig = await controlPlane.operatorKubeconfig()
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const bundle = join(folder, 'operator', 'operator.mjs')
  await bundleModules(operator, join(folder, 'operator'))
  const floor = ['bench/floor.ts', kubeconfig, pathOf(kind), ...kind.weights.flat()]
  const program = { kubeconfig, bundle, earlierBundle, floor }
  let pairs = 0
  let others = 0

  const addPair = async (pair: number) => {
    const name = pairName(pair)
    const labelled = slice(name, 1, 1)
    for (const service of [name, `${name}-b`]) await api.create(at('v1', 'services'), handMade(service))
    const labels = { 'kubernetes.io/service-name': name, bench: 'primary' }
    await api.create(at(slices, 'endpointslices'), { ...labelled, metadata: { name: `${name}-1`, labels } })
    await api.create(at(slices, 'endpointslices'), slice(`${name}-b`, 1, 1))
    await kind.add(api, name)
  }
  const setPrimary = async (pair: number, ready: boolean) => {
    const change = [{ op: 'replace', path: '/endpoints/0/conditions/ready', value: ready }]
    await api.patch(at(slices, 'endpointslices', `${pairName(pair)}-1`), change, 'json-patch')
    return performance.now()
  }
  return {
    kind,
    observer,
    controlPlane,
    subjects: earlierBundle === undefined ? ['floor', 'operator'] : ['floor', 'operator', 'before'],
    start: (name, options) => startSubject(name, program, options),
    grow: async (count) => {
      await inParallel(upTo(count).slice(pairs), addPair, writers)
      pairs = Math.max(pairs, count)
    },
    setPrimary,
    setPrimaries: async (count, ready, firstPair = 0) => {
      const answered: number[] = []
      const write = async (index: number) => {
        answered[index] = await setPrimary(firstPair + index, ready)
      }
      await inParallel(upTo(count), write, writers)
      return answered
    },
    addOthers: async (count) => {
      const add = async (i: number) => {
        await api.create(at('v1', 'services'), handMade(`other-${i}`))
        await api.create(at(slices, 'endpointslices'), slice(`other-${i}`, 10, 10))
      }
      await inParallel(upTo(count).slice(others), add, writers)
      others = Math.max(others, count)
    },
    stop: async () => {
      await observer.stop()
      await controlPlane.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
