import { expect, it } from 'vitest'
import { readMoves, writeMoves } from './move-text.ts'

const backend = (service: string, from: number | undefined, to: number | undefined) => ({
  service,
  from,
  to,
})

it('is the same after it was written and read', () => {
  const moves = [
    { where: 'spec.rules[0]', backends: [backend('shop/a', 100, 0), backend('shop/b', undefined, 7)] },
    { where: undefined, backends: [backend('shop/a', 1, 0)] },
  ]
  const text = writeMoves(moves)
  expect(text).toBe(
    '[{"where":"spec.rules[0]","backends":[["shop/a",100,0],["shop/b",null,7]]},{"backends":[["shop/a",1,0]]}]',
  )
  expect(readMoves(text ?? '')).toEqual(moves)
})

it('is left out if it is too long for an Event', () => {
  const backends = Array.from({ length: 300 }, () => backend('shop/a', 100, 0))
  expect(writeMoves([{ where: undefined, backends }])).toBeUndefined()
})

it.each(['', '{}', '[{"backends":[["a",1,0]]}]', '[{"backends":[["shop/a",1]]}]', '[1]'])(
  'is empty if somebody wrote %j',
  (text) => {
    expect(readMoves(text)).toEqual([])
  },
)
