import { expect, it } from 'vitest'
import { createManualClock } from '../src/kube/testing/manual-clock.ts'
import { createSandbox } from './server.ts'

const renewals = (sandbox: ReturnType<typeof createSandbox>) =>
  sandbox.store.get('leases', 'kube-system', 'apiserver-sandbox')?.spec

it('a sandbox with a pulse changes something every ten seconds, until it is stopped', async () => {
  const clock = createManualClock()
  const sandbox = createSandbox({ clock, pulse: true, controllers: false })
  const before = Number(sandbox.store.resourceVersion)
  await clock.advance(35_000)
  expect(Number(sandbox.store.resourceVersion)).toBe(before + 3)
  expect(renewals(sandbox)).toMatchObject({ renewTime: '2026-01-01T00:00:30.000Z' })
  sandbox.stop()
  expect(clock.pending).toBe(0)
})

it('any other sandbox changes nothing by itself', async () => {
  const clock = createManualClock()
  const sandbox = createSandbox({ clock, controllers: false })
  await clock.advance(35_000)
  expect(renewals(sandbox)).toBeUndefined()
})
