import { it } from 'vitest'
import { useStageWithProxy } from './proxied.ts'

const onStage = useStageWithProxy()

it('the connections freeze until patches run into their limit: what was under way arrives late, or never', async () => {
  const { stage, proxy } = onStage()
  const lost = stage.primaries(0)
  await stage.middle()
  proxy.signal('SIGSTOP')
  await lost
  await stage.felt('timeout')
  proxy.signal('SIGCONT')
  await stage.allRight(60, 'connections frozen')
  await stage.said(/no data received for 10 s/)
  await stage.nothingIsLeft()
})
