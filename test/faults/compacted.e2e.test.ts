import { afterAll, expect, it } from 'vitest'
import type { Running } from '../control-plane/process.ts'
import { eventually } from '../e2e/eventually.ts'
import { startProxy, useStage } from './stage.ts'

let proxy: Running | undefined
const stage = useStage({
  kubeconfig: async (controlPlane, path) => {
    const started = await startProxy(controlPlane, path)
    proxy = started.proxy
    return started.kubeconfig
  },
})
afterAll(() => proxy?.kill())

it('history is compacted while the operator is cut off: it gets 410, and lists again', async () => {
  const { controlPlane, operator, history } = stage()
  proxy?.signal('SIGSTOP')
  await stage().primaries(0)
  await history.complete()
  await controlPlane.compact()
  await controlPlane.restartApiServer()
  proxy?.signal('SIGCONT')
  await stage().allRight(60, 'history compacted')
  await eventually(() => expect(operator.output()).toMatch(/answered 410|listing again/))
  await stage().nothingWrongWasWritten()
  await stage().backToNormal()
})
