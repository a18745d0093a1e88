import { afterAll, expect, it } from 'vitest'
import { eventually } from '../e2e/eventually.ts'
import { courseOf } from '../e2e/history.ts'
import { inParallel, upTo } from '../e2e/in-parallel.ts'
import { controlledBy } from '../e2e/objects.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { useStage } from './stage.ts'

const stage = useStage({ flags: ['--selector', `${controlledBy}=linkerd-failover`] })
const others = upTo(100).map((index) => `other-${index}`)
const written = async (operator: Operator) =>
  (await operator.metrics()).sum('linkerd_failover_patches_total', { outcome: 'written' })

let other: Operator | undefined
afterAll(() => other?.kill())

it('two operators with different selectors work side by side, each on its own', async () => {
  const { controlPlane, cluster, operator, history } = stage()
  await inParallel(others, async (name) => {
    await cluster.addService(name, 1)
    await cluster.addService(`${name}-b`, 1)
    await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 }, { labels: { [controlledBy]: 'another' } })
  })
  const started = startOperator(await controlPlane.operatorKubeconfig(), ['-l', `${controlledBy}=another`])
  other = started
  await started.ready()
  const before = await written(operator)
  const lost = stage().primaries(0)
  await inParallel(others, (name) => cluster.setReady(name, 0))
  await lost
  await stage().allRight(30, 'two operators')
  await eventually(() => {
    for (const name of others) expect(courseOf(history, name)).toEqual(['1/0', '0/1'])
  })
  await stage().nothingWrongWasWritten()
  await eventually(async () => {
    expect([(await written(operator)) - before, await written(started)]).toEqual([300, 100])
  })
})
