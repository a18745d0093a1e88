import { expect, test } from 'vitest'
import { electionOf } from './election.ts'

const election = (namespace: string | undefined, podNamespace: string | undefined, random = 0.5) =>
  electionOf(
    { leaderElection: { name: 'failover', namespace, hedgeAfterMs: 500 }, selector: 'a=b' },
    'pod-1',
    () => random,
    () => podNamespace,
  )

test('no flag, no election', () => {
  expect(
    electionOf(
      { leaderElection: undefined, selector: 'a=b' },
      'pod-1',
      () => 0.5,
      () => 'pods',
    ),
  ).toEqual({
    ok: true,
    value: undefined,
  })
})

test("the Lease is in the Pod's namespace, unless a flag names another", () => {
  expect(election(undefined, 'pods')).toMatchObject({ ok: true, value: { namespace: 'pods' } })
  expect(election('leases', 'pods')).toMatchObject({ ok: true, value: { namespace: 'leases' } })
})

test('two processes of one host have two identities', () => {
  const identity = (random: number) => {
    const elected = election('leases', undefined, random)
    return elected.ok ? elected.value?.identity : ''
  }
  expect(identity(0.1)).toMatch(/^pod-1_\w+$/)
  expect(identity(0.1)).not.toBe(identity(0.2))
})

test('outside a Pod the namespace must be given, and the error says how', () => {
  const error = expect.stringContaining('--leader-elect-resource-namespace')
  expect(election(undefined, undefined)).toEqual({ ok: false, error })
})
