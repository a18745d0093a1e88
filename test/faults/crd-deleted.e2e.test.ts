import { expect, it } from 'vitest'
import { eventually } from '../e2e/eventually.ts'
import { inParallel } from '../e2e/in-parallel.ts'
import { routes, useStage } from './stage.ts'

const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/trafficsplits.split.smi-spec.io'
const stage = useStage()

it('the definition of TrafficSplits is deleted with all of them, and both come again', async () => {
  const { controlPlane, cluster, operator } = stage()
  await controlPlane.api.remove(definition)
  await eventually(async () => {
    expect(await controlPlane.api.status(definition)).toBe(404)
    const trafficSplits = { watch: 'trafficsplits' }
    const metrics = await operator.metrics()
    expect(metrics.sum('linkerd_failover_watch_state', { ...trafficSplits, state: 'absent' })).toBe(1)
    expect(metrics.sum('linkerd_failover_watch_objects', trafficSplits), 'splits still known').toBe(0)
  }, 60_000)
  await stage().said(/does not serve trafficsplits/)
  await stage().primaries(0)
  await controlPlane.installCrd()
  await inParallel(routes, (name) => cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 }))
  // A definition that was missing is followed within 30 s of its creation.
  await stage().allRight(90, 'CRD deleted and created again')
  await stage().nothingIsLeft(['1/0', '1/0', '0/1'])
})
