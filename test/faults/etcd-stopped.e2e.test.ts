import { setTimeout as delay } from 'node:timers/promises'
import { it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('etcd stands still for 20 s in the middle of a mass failover', async () => {
  const { controlPlane } = stage()
  const lost = stage().primaries(0)
  await stage().middle()
  controlPlane.signal('etcd', 'SIGSTOP')
  await delay(20_000)
  controlPlane.signal('etcd', 'SIGCONT')
  await lost
  await stage().allRight(60, 'etcd stopped for 20 s')
  await stage().felt('timeout')
  await stage().said(/no data received for 10 s/)
  await stage().nothingIsLeft()
})
