import { it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('kube-apiserver stands still until patches run into their limit', async () => {
  const { controlPlane } = stage()
  const lost = stage().primaries(0)
  await stage().middle()
  controlPlane.signal('kube-apiserver', 'SIGSTOP')
  await stage().felt('timeout')
  controlPlane.signal('kube-apiserver', 'SIGCONT')
  await lost
  await stage().allRight(60, 'kube-apiserver frozen')
  await stage().said(/no data received for 10 s/)
  await stage().nothingIsLeft()
})
