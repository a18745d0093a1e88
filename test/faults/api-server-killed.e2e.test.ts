import { expect, it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('kube-apiserver is killed and comes back in the middle of a mass failover', async () => {
  const { controlPlane, operator } = stage()
  const lost = stage().primaries(0)
  await stage().middle()
  await controlPlane.restartApiServer()
  await lost
  await stage().allRight(60, 'kube-apiserver killed')
  await stage().felt('timeout')
  await stage().felt('unreachable')
  await stage().said(/the connection broke/)
  await stage().said(/cannot reach the API server/)
  await stage().said(/answered 410: too old resource version/)
  await stage().primaries(1)
  await stage().allRight(30, 'and all back')
  await stage().nothingIsLeft()
  expect(operator.running()).toBe(true)
})
