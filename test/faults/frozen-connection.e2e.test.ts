import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, it } from 'vitest'
import type { Running } from '../control-plane/process.ts'
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

it('the connections freeze for 15 s: what was under way arrives late, or never', async () => {
  const lost = stage().primaries(0)
  await stage().middle()
  proxy?.signal('SIGSTOP')
  await lost
  // Longer than a patch may take.
  await delay(15_000)
  proxy?.signal('SIGCONT')
  await stage().allRight(60, 'connections frozen for 15 s')
  await stage().nothingWrongWasWritten()
  await stage().backToNormal()
})
