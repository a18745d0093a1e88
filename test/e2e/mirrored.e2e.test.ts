import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { inParallel, upTo } from './in-parallel.ts'
import { at, slices } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

const count = 500
const names = upTo(count).map((i) => `shop-${i}-west`)

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: true })
  await controlPlane.installCrd()
  cluster = openCluster(controlPlane.api)
})

afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

const sliceList = z.object({
  items: z.array(z.object({ endpoints: z.array(z.unknown()).nullable().optional() })),
})

/** How many slices, made by the mirroring controller, have an endpoint. */
async function mirroredSlices(): Promise<number> {
  const controller = 'endpointslicemirroring-controller.k8s.io'
  const selector = `labelSelector=endpointslice.kubernetes.io/managed-by=${controller}`
  const { items } = await controlPlane.api.get(`${at(slices, 'endpointslices')}?${selector}`, sliceList)
  return items.filter(({ endpoints }) => (endpoints ?? []).length > 0).length
}

it(`rewrites ${count} splits within 3 s of the last Endpoints write`, async () => {
  await cluster.addService('local', 2)
  await inParallel(names, async (name) => {
    await cluster.addMirrored(name, 'west')
    await cluster.addSplit(name, { [name]: 1, local: 0 })
  })
  // Only with all slices mirrored does it show that the operator does not wait for them.
  await eventually(async () => expect(await mirroredSlices()).toBe(count), 90_000)
  operator = startOperator(await controlPlane.operatorKubeconfig())
  await operator.ready(60_000)
  await cluster.fence()
  const healthy = await cluster.allWeights()
  for (const name of names) expect(healthy.get(name)).toEqual({ [name]: 1, local: 0 })

  const began = performance.now()
  await inParallel(names, (name) => controlPlane.api.patch(at('v1', 'endpoints', name), { subsets: [] }))
  const lastWrite = performance.now()
  await eventually(async () => {
    const weights = await cluster.allWeights()
    const behind = names.filter((name) => weights.get(name)?.local !== 1 || weights.get(name)?.[name] !== 0)
    expect(behind, 'splits not rewritten').toEqual([])
  }, 60_000)
  const rewritten = performance.now() - lastWrite
  const behind = await mirroredSlices()
  console.log(
    `mirrored: ${count} Endpoints emptied in ${(lastWrite - began).toFixed(0)} ms; the last split was rewritten ` +
      `${rewritten.toFixed(0)} ms after the last of them, while ${behind} slices still showed the lost endpoint`,
  )
  expect(rewritten, 'ms from the last Endpoints write to the last weight').toBeLessThan(3_000)
  await operator.stop()
})
