import { afterAll, beforeAll, describe } from 'vitest'
import { Kit, type NewKit } from './kit.ts'
import { patching } from './patching.ts'
import { reading } from './reading.ts'
import { routes } from './routes.ts'
import type { Target } from './target.ts'
import { watching } from './watching.ts'
import { writing } from './writing.ts'

/** What every API server that the operator may meet does; one suite, run against each of ours. */
export function contract(name: string, startTarget: () => Promise<Target>): void {
  describe(`contract: ${name}`, () => {
    let target: Target | undefined
    beforeAll(async () => {
      target = await startTarget()
    })
    afterAll(async () => {
      await target?.stop()
    })
    const newKit: NewKit = () => {
      if (!target) throw new Error('the target did not start')
      return Kit.create(target)
    }
    reading(newKit)
    watching(newKit)
    writing(newKit)
    patching(newKit)
    routes(newKit)
  })
}
