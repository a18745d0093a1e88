import { vi } from 'vitest'

/** Repeats `check` until it does not throw; after `timeout` ms it throws what `check` threw last. */
export function eventually<T>(check: () => T | Promise<T>, timeout = 20_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 25 })
}
