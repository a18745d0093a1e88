import { expect, test } from 'vitest'
import { LeaseServer } from '../kube/testing/lease-server.ts'
import { createManualClock, settle } from '../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../kube/testing/memory-log.ts'
import { createLeadership } from './leadership.ts'

/** Two operators that share a lease, or have one each. */
async function twoOperators(selectors: readonly [string, string]) {
  const clock = createManualClock()
  const server = new LeaseServer(clock)
  const log = createMemoryLog()
  const start = async (identity: string, selector: string) => {
    const election = { namespace: 'ns', name: 'the-lease', identity, hedgeAfterMs: 500, selector }
    const options = { clock, log, election, random: () => 0.5, onChange: () => {}, onOtherLeader: () => {} }
    const leadership = createLeadership({ ...options, transport: server.transport(identity) })
    leadership.stand()
    await settle()
  }
  await start('a', selectors[0])
  await clock.advance(1_000)
  await start('b', selectors[1])
  await clock.advance(300_000)
  return log.lines.filter((line) => line.startsWith('warn'))
}

test('an operator that waits for the lease of another one, with another selector, says so once', async () => {
  expect(await twoOperators(['team=shop', 'team=bank'])).toEqual([
    'warn this replica does not lead, because another operator holds the lease ns/the-lease: a controls the routes of the selector team=shop, this replica those of team=bank; give each operator a Lease of its own with --leader-elect-resource-name, and its account the permission for it',
  ])
})

test('a standby with the selector of its leader waits in silence', async () => {
  expect(await twoOperators(['team=shop', 'team=shop'])).toEqual([])
})
