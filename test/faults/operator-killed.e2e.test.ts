import { it } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

it('the operator is killed in the middle of a mass failover, and started again', async () => {
  for (const [ready, way] of [
    [0, 'there'],
    [1, 'back'],
  ] as const) {
    const changed = stage().primaries(ready)
    await stage().middle()
    await stage().operator.kill()
    await changed
    await stage().restartOperator()
    await stage().allRight(60, `operator killed on the way ${way}`)
  }
  await stage().nothingIsLeft()
})
