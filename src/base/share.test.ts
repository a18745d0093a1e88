import { expect, it } from 'vitest'
import { createShare } from './share.ts'

it('keeps equal values once', () => {
  const share = createShare<readonly number[]>(String)
  const first = share([80, 443])
  expect(share([80, 443])).toBe(first)
  expect([first, share([80]), share([])]).toEqual([[80, 443], [80], []])
})

it('does not remember values for ever', () => {
  const share = createShare<readonly number[]>(String)
  const first = share([80])
  for (let port = 1_000; port < 3_000; port += 1) share([port])
  expect(share([80])).not.toBe(first)
})
