import { afterEach, beforeEach, expect, test } from 'vitest'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { Shop } from './testing/shop.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.service('web', 1)
  shop.split('web', { web: 1 })
})
afterEach(() => shop.close())

const busy = 'the API server is busy; asking it again in 2 s\n'

/** Runs `status` while time passes; how long it took (ms). */
async function status(signal?: AbortSignal) {
  const clock = createManualClock()
  const running = shop.run('status', { clock, ...(signal ? { signal } : {}) })
  let ended = false
  void running.finally(() => {
    ended = true
  })
  while (!ended) await clock.advance(500)
  return { ...(await running), took: clock.now() }
}

test.each([429, 503])('%d with Retry-After is waited for, and the wait is shown once', async (code) => {
  shop.sandbox.faults.fail(code, { resource: 'trafficsplits', times: 2, retryAfterSeconds: 2 })
  const { exitCode, stdout, stderr, took } = await status()
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: busy + busy })
  expect(stdout).toContain('web')
  expect(took).toBeGreaterThanOrEqual(4_000)
})

test('503 without Retry-After is an error at once', async () => {
  shop.sandbox.faults.fail(503, { resource: 'trafficsplits', times: 1 })
  expect(await status()).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('answered 503') })
})

test('a server that asks to wait for ever is asked 11 times', async () => {
  shop.sandbox.faults.fail(429, { resource: 'trafficsplits', retryAfterSeconds: 2 })
  const { exitCode, stderr, took } = await status()
  expect(exitCode).toBe(69)
  expect(stderr).toMatch(/^(the API server is busy; [^\n]*\n){10}linkerd-failover: .*429/)
  expect(took).toBeLessThan(25_000)
})
