import { it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('etcd is restored from a backup: what the operator has seen since never happened', async () => {
  const restore = await stage().controlPlane.backUp()
  await stage().primaries(0)
  await stage().allRight(60, 'before the backup is restored')
  await restore()
  await stage().said(/was etcd restored\?/)
  await stage().primaries(0)
  // Lists that are older than what was seen are taken after a minute.
  await stage().allRight(120, 'etcd restored')
})
