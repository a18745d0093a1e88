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
    const objects = (await operator.metrics()).sum('linkerd_failover_watch_objects', {
      watch: 'trafficsplits',
    })
    expect(objects, 'splits that the operator still knows').toBe(0)
  }, 60_000)
  await stage().primaries(0)
  await controlPlane.installCrd()
  await inParallel(routes, (name) => cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 }))
  // The operator looks for a definition that is missing every 30 s or so.
  await stage().allRight(90, 'CRD deleted and created again')
  await stage().nothingIsLeft(['1/0', '1/0', '0/1'])
})
