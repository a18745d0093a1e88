import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster, writesOfFence } from './cluster.ts'
import { eventually } from './eventually.ts'
import { inParallel, upTo } from './in-parallel.ts'
import { at, slice, slices } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

const unrelated = 20_000
const healthy = 1_000
const patches = 'linkerd_failover_patches_total'

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator | undefined

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  cluster = openCluster(controlPlane.api)
})

afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

/** Starts the operator, sees that it works, and stops it; returns the writes that it made on its own account. */
async function runOnce(kubeconfig: string): Promise<number> {
  const began = performance.now()
  const started = startOperator(kubeconfig)
  operator = started
  await started.ready(60_000)
  const ready = performance.now() - began
  await cluster.fence()
  const metrics = await eventually(async () => {
    const seen = await started.metrics()
    // A write is seen in the cluster a moment before its answer is counted.
    expect(seen.sum(patches)).toBeGreaterThanOrEqual(writesOfFence)
    return seen
  })
  const memory = metrics.sum('process_resident_memory_bytes') / 2 ** 20
  console.log(`restart: ready after ${ready.toFixed(0)} ms, resident memory ${memory.toFixed(0)} MiB`)
  await started.stop()
  return metrics.sum(patches) - writesOfFence
}

it('writes nothing at all over healthy splits, however large the cluster', async () => {
  const began = performance.now()
  await inParallel(upTo(unrelated), (i) =>
    controlPlane.api.create(at(slices, 'endpointslices'), slice(`unrelated-${i}`, 10, 10)),
  )
  const creating = performance.now() - began
  console.log(`restart: ${unrelated} slices of 10 endpoints created in ${(creating / 1000).toFixed(1)} s`)
  expect(creating, 'the builders of this test, in ms').toBeLessThan(60_000)
  await inParallel(upTo(healthy), async (i) => {
    await cluster.addService(`svc-${i}`, 2)
    await cluster.addService(`svc-${i}-b`, 2)
    await cluster.addSplit(`svc-${i}`, { [`svc-${i}`]: 1, [`svc-${i}-b`]: 0 })
  })
  const before = await cluster.versions()
  expect(before.size).toBe(healthy)

  const kubeconfig = await controlPlane.operatorKubeconfig()
  expect(await runOnce(kubeconfig), 'patches after the first start').toBe(0)
  expect(await runOnce(kubeconfig), 'patches after the restart').toBe(0)

  const after = await cluster.versions()
  const changed = [...before].filter(([name, version]) => after.get(name) !== version)
  console.log(`restart: ${changed.length} of ${healthy} splits written over two starts`)
  expect(changed).toEqual([])
})
