import { setTimeout as delay } from 'node:timers/promises'
import { it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('kube-apiserver stands still for 15 s in the middle of a mass failover', async () => {
  const { controlPlane } = stage()
  const lost = stage().primaries(0)
  await stage().middle()
  controlPlane.signal('kube-apiserver', 'SIGSTOP')
  // Longer than a patch may take.
  await delay(15_000)
  controlPlane.signal('kube-apiserver', 'SIGCONT')
  await lost
  await stage().allRight(60, 'kube-apiserver frozen for 15 s')
  await stage().nothingWrongWasWritten()
  await stage().backToNormal()
})
