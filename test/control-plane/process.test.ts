import { afterEach, expect, test, vi } from 'vitest'
import { freePort } from './process.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('a port that was given out is not given out again, though nothing listens on it yet', async () => {
  const drawn = vi.spyOn(Math, 'random')
  drawn.mockReturnValueOnce(0.5).mockReturnValueOnce(0.5).mockReturnValue(0.75)
  const first = await freePort()
  const second = await freePort()
  expect(second).not.toBe(first)
  expect(drawn).toHaveBeenCalledTimes(3)
})
