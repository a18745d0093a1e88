import { beforeEach, describe, expect, it } from 'vitest'
import { accountOf } from '../../core/account.ts'
import { heldBack } from '../../core/policy/limits.ts'
import type { PolicySections } from '../../core/policy/sections.ts'
import { readinessOf } from '../../core/types.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { applyPolicies } from '../../routes/policy/policy.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import { View } from '../../view/view.ts'
import { RouteMemory } from '../memory.ts'
import { Approvals } from './approvals.ts'

const key = 'TrafficSplit/shop/web'
const route = trafficSplit.read({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  metadata: { namespace: 'shop', name: 'web', uid: 'u1' },
  spec: {
    service: 'web',
    backends: [
      { service: 'web', weight: 0 },
      { service: 'east', weight: 1 },
    ],
  },
})

let events: EventInput[]
let entries: TimelineEntry[]
let leads: boolean
let isAwaiting: boolean
let clock: ReturnType<typeof createManualClock>
let approvals: Approvals
beforeEach(() => {
  clock = createManualClock(Date.parse('2026-11-29T15:00:00Z'))
  events = []
  entries = []
  leads = true
  isAwaiting = false
  approvals = new Approvals({
    clock,
    memory: new RouteMemory(),
    view: new View({
      clock,
      epoch: 'e',
      readiness: () => readinessOf(2, 2),
      account: ({ service }) => accountOf(service, readinessOf(2, 2)),
      clusterOf: () => undefined,
    }),
    event: (input) => events.push(input),
    log: createMemoryLog(),
    leads: () => leads,
    onEntry: (entry) => entries.push(entry),
    isAwaiting: () => isAwaiting,
  })
})

describe('a return that needs approval', () => {
  const sections: PolicySections = {
    failback: { value: { afterMs: 0, isManual: true }, from: { policy: 'shop/web', level: 'route' } },
  }
  const lostAt = Date.parse('2026-11-29T13:00:00Z')

  /** A look while web could serve again, and this is approved, or nothing is; `ends`: how a move ends. */
  function lookAt(
    approvedAt?: string,
    counts: Record<string, number> = { 'shop/web': 2, 'shop/east': 2 },
    ends: 'written' | 'failed' | 'held' = 'written',
  ) {
    const annotations = approvedAt === undefined ? {} : { 'failover.linkerd.io/return-approved': approvedAt }
    const applied = applyPolicies({ ...route, annotations }, { policies: sections }, () => undefined)
    const past = () => ({ now: 0, goodSince: () => 0, commitment: undefined, lost: { tier: 1, lostAt } })
    const judged = judgeRoute(applied, ({ service }) => readinessOf(counts[service] ?? 0, 2), { past })
    const isMoved = judged.verdicts.some(({ plan }) => plan.length > 0)
    const verdicts = judged.verdicts.map((verdict) => heldBack(verdict, 'Limited', undefined))
    if (isMoved && ends === 'held') approvals.see(key, { ...judged, verdicts }, 'steady')
    else approvals.see(key, judged, isMoved && ends !== 'held' ? ends : 'steady')
  }
  const reasons = () => events.map(({ reason, type }) => `${type} ${reason}`)

  it('is reported once, with the command that approves it, and people are notified', () => {
    lookAt()
    lookAt()
    expect(events).toMatchObject([
      {
        type: 'Warning',
        reason: 'ReturnWaits',
        action: 'AwaitApproval',
        note: 'shop/web could serve again, and its return awaits approval: run linkerd-failover return trafficsplit/web -n shop',
      },
    ])
    expect(entries).toMatchObject([{ what: 'awaiting-return', state: 'failover', rule: 'AwaitsApproval' }])
  })

  it('is not reported again by a process that finds it in the status', () => {
    isAwaiting = true
    lookAt()
    expect([events, entries]).toEqual([[], []])
  })

  it('is reported when it is approved, and carried out', () => {
    lookAt()
    lookAt('2026-11-29T14:00:00Z')
    expect(reasons()).toEqual(['Warning ReturnWaits', 'Normal ReturnApproved'])
    expect(events[1]?.note).toBe(
      'shop/web gets its traffic back: what was lost before 2026-11-29T14:00:00Z may return',
    )
  })

  it('is reported as approved though the first write failed, or limits held it up', () => {
    lookAt()
    for (const ends of ['failed', 'held', 'written'] as const)
      lookAt('2026-11-29T14:00:00Z', { 'shop/web': 2, 'shop/east': 2 }, ends)
    expect(reasons()).toEqual(['Warning ReturnWaits', 'Normal ReturnApproved'])
  })

  it('is not taken for approved if it was needed', () => {
    lookAt()
    lookAt(undefined, { 'shop/web': 2 })
    expect(reasons()).toEqual(['Warning ReturnWaits'])
  })

  it('is not taken for approved if it was needed before the time of the approval', () => {
    lookAt()
    lookAt('2026-12-24T14:00:00Z', { 'shop/web': 2 })
    expect(reasons()).toEqual(['Warning ReturnWaits'])
  })

  it('is for the leader to report, and not reported again by the next one', async () => {
    leads = false
    lookAt()
    await clock.advance(10_000)
    leads = true
    approvals.lead(clock.now())
    lookAt()
    expect(events).toEqual([])
  })

  it('is reported by the next leader if the last one cannot have done so', async () => {
    leads = false
    await clock.advance(60_000)
    lookAt()
    leads = true
    approvals.lead(clock.now() - 10_000)
    lookAt()
    lookAt()
    expect(reasons()).toEqual(['Warning ReturnWaits'])
  })
})
