import { afterAll, expect, it } from 'vitest'
import { eventually } from '../e2e/eventually.ts'
import { courseOf } from '../e2e/history.ts'
import { inParallel, upTo } from '../e2e/in-parallel.ts'
import { controlledBy } from '../e2e/objects.ts'
import type { Operator } from '../e2e/operator.ts'
import { footprintOf, isBackTo, startWatched } from './footprint.ts'
import { addRoutes, routes, useStage, warmUp } from './stage.ts'

const stage = useStage({ flags: ['--selector', `${controlledBy}=linkerd-failover`] })
const others = upTo(100).map((index) => `other-${index}`)
const written = async (operator: Operator) =>
  (await operator.metrics()).sum('linkerd_failover_patches_total', { outcome: 'written' })

let other: Operator | undefined
afterAll(() => other?.kill())

it('two operators with different selectors work side by side, each on its own', async () => {
  const { controlPlane, cluster, operator, history } = stage()
  await addRoutes(cluster, others, { [controlledBy]: 'another' })
  const started = startWatched(await controlPlane.operatorKubeconfig(), ['-l', `${controlledBy}=another`])
  other = started
  await started.ready()
  await warmUp(cluster, others)
  const usual = await footprintOf(started)
  const before = [await written(operator), await written(started)] as const
  const lost = stage().primaries(0)
  await inParallel(others, (name) => cluster.setReady(name, 0))
  await lost
  await stage().allRight(30, 'two operators')
  await eventually(() => {
    for (const name of others) expect(courseOf(history, name)).toEqual(['1/0', '0/1', '1/0', '0/1'])
  })
  await eventually(async () => {
    const by = [(await written(operator)) - before[0], (await written(started)) - before[1]]
    expect(by).toEqual([routes.length, others.length])
  })
  await stage().nothingIsLeft()
  await isBackTo(usual, started, 'the other operator')
})
