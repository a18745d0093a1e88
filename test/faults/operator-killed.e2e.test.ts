import { it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('the operator is killed in the middle of a mass failover, and started again', async () => {
  const lost = stage().primaries(0)
  await stage().middle()
  await stage().operator.kill()
  await lost
  await stage().restartOperator()
  await stage().allRight(60, 'operator killed and started again')
  await stage().primaries(1)
  await stage().middle()
  await stage().operator.kill()
  await stage().restartOperator()
  await stage().allRight(60, 'the same on the way back')
  await stage().nothingWrongWasWritten()
})
