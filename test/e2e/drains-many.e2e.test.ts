import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { name as operatorName } from '../../src/install/manifest.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { type Drains, drainFlags, drainOf, drainsIn, soon } from './drains.ts'
import { eventually } from './eventually.ts'
import { inParallel, upTo } from './in-parallel.ts'
import { type Operator, startOperator } from './operator.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let drains: Drains
let kubeconfig: string
let operator: Operator

const collection = (namespace: string) => `/apis/failover.linkerd.io/v1alpha1/namespaces/${namespace}/drains`
const residentBytes = async () => (await operator.metrics()).sum('process_resident_memory_bytes')
let bytesBefore: number
/** Those of the image, which keep memory small. */
const nodeFlags = ['--max-semi-space-size=4', '--expose-gc', '--no-flush-bytecode']

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  drains = drainsIn(controlPlane)
  await drains.installKind()
  await drains.grant()
  kubeconfig = await controlPlane.operatorKubeconfig()
  cluster = openCluster(controlPlane.api)
  for (const shop of shops) {
    for (const name of [shop, `${shop}-east`]) await cluster.addService(name, 2)
    await cluster.addSplit(shop, { [shop]: 100, [`${shop}-east`]: 0 })
  }
  operator = startOperator(kubeconfig, drainFlags, nodeFlags)
  await operator.ready()
  bytesBefore = await residentBytes()
})
afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

const shops = upTo(10).map((shop) => `shop${shop}`)

/** Of everything that a Drain may be: 500 in all. */
const kinds = {
  Drained: (i: number) => ({ from: [{ service: { name: shops[i % 10], namespace: 'default' } }] }),
  NothingMatches: (i: number) => ({ from: [{ cluster: `none-${i}` }, { service: { name: 'none' } }] }),
  Expired: (i: number) => ({ from: [{ cluster: `old-${i}` }], until: soon(-60_000) }),
}
const all = upTo(500).map((i) => {
  const reason = i < 30 ? 'Drained' : i < 400 ? 'NothingMatches' : 'Expired'
  const namespace = i % 2 === 0 ? operatorName : 'default'
  return { reason, namespace, object: drainOf(`drain-${i}`, kinds[reason](i), namespace) }
})

const listed = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
      status: z
        .object({
          conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string() })),
        })
        .optional(),
    }),
  ),
})
const list = async () =>
  (await controlPlane.api.get('/apis/failover.linkerd.io/v1alpha1/drains', listed)).items
const shown = async () =>
  Object.fromEntries(
    (await list()).map(({ metadata: { name }, status }) => [
      name,
      (status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort(),
    ]),
  )
const versions = async () => (await list()).map(({ metadata }) => metadata.resourceVersion).sort()

describe('500 Drains', () => {
  it('are all in effect as they say, and each shows what has become of it', async () => {
    await inParallel(all, ({ namespace, object }) => controlPlane.api.create(collection(namespace), object))
    for (const shop of shops) await cluster.weightsBecome(shop, { [shop]: 0, [`${shop}-east`]: 100 })
    const expected = Object.fromEntries(
      all.map(({ reason, object }) => [
        object.metadata.name,
        ['Accepted=True Accepted', `Active=${reason === 'Expired' ? 'False' : 'True'} ${reason}`],
      ]),
    )
    await eventually(async () => expect(await shown()).toEqual(expected), 120_000)
    const metrics = await operator.metrics()
    expect(metrics.sum('linkerd_failover_drains')).toBe(400)
  })

  it('are not in the way of a failover, and take little memory', async () => {
    await cluster.fence()
    // Most of it is what the collector has not collected yet.
    expect((await residentBytes()) - bytesBefore).toBeLessThan(64 * 2 ** 20)
  })

  it('are shown by the same status to an operator that was restarted, which writes nothing', async () => {
    const before = [await versions(), await cluster.versions()]
    await operator.stop()
    operator = startOperator(kubeconfig, drainFlags, nodeFlags)
    await operator.ready()
    // Statuses are written in turn, so those of the others would be written by then.
    await drains.drain('marker', { from: [{ cluster: 'none' }] })
    await eventually(async () => expect((await shown()).marker).toHaveLength(2))
    await drains.undrain('marker')
    expect([await versions(), await cluster.versions()]).toEqual(before)
  })

  it('that are all deleted let everything come back', async () => {
    for (const namespace of [operatorName, 'default'])
      await drains.kubectl(['delete', 'drains', '--all', '--wait=false', '--namespace', namespace])
    for (const shop of shops) await cluster.weightsBecome(shop, { [shop]: 100, [`${shop}-east`]: 0 }, 60_000)
    await eventually(async () => expect((await operator.metrics()).sum('linkerd_failover_drains')).toBe(0))
  })
})
