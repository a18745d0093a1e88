import { it } from 'vitest'
import { useStageWithProxy } from './proxied.ts'

const onStage = useStageWithProxy()

it('history is compacted while the operator is cut off: it gets 410, and lists again', async () => {
  const { stage, proxy } = onStage()
  const { controlPlane, history } = stage
  proxy.signal('SIGSTOP')
  await stage.primaries(0)
  await history.complete()
  await controlPlane.compact()
  await controlPlane.restartApiServer()
  proxy.signal('SIGCONT')
  await stage.allRight(60, 'history compacted')
  await stage.said(/trafficsplits: answered 410: too old resource version/)
  await stage.nothingIsLeft()
})
