import { expect, test } from 'vitest'
import { RouteMemory } from './memory.ts'

test('a route that is gone is forgotten in every part at once, and no other is', () => {
  const memory = new RouteMemory()
  const forgotten: string[] = []
  const counts = memory.part<number>((key, value) => forgotten.push(`${key}: ${value}`))
  const names = memory.part<string>()
  for (const key of ['HTTPRoute/shop/web', 'HTTPRoute/shop/api']) {
    counts.set(key, 7)
    names.set(key, key)
  }
  memory.forget('HTTPRoute/shop/web')
  memory.forget('HTTPRoute/shop/web')
  expect([[...counts.keys()], [...names.keys()]]).toEqual([['HTTPRoute/shop/api'], ['HTTPRoute/shop/api']])
  expect(forgotten).toEqual(['HTTPRoute/shop/web: 7'])
})
