import { expect, it } from 'vitest'
import { eventually } from '../e2e/eventually.ts'
import { useStageWithProxy } from './proxied.ts'

const onStage = useStageWithProxy()

it('history is compacted while the operator is cut off: it gets 410, and lists again', async () => {
  const { stage, proxy } = onStage()
  const { controlPlane, operator, history } = stage
  proxy.signal('SIGSTOP')
  await stage.primaries(0)
  await history.complete()
  await controlPlane.compact()
  await controlPlane.restartApiServer()
  proxy.signal('SIGCONT')
  await stage.allRight(60, 'history compacted')
  await eventually(() => expect(operator.output()).toMatch(/answered 410|listing again/))
  await stage.nothingIsLeft()
})
