import { describe, expect, it } from 'vitest'
import { Timeline } from './timeline.ts'
import type { TimelineEntry } from './timeline-entry.ts'

const entry = (revision: number): TimelineEntry => ({
  id: `e-${revision}`,
  revision,
  at: new Date(revision),
  what: 'failover',
  route: { apiVersion: 'v1', kind: 'TrafficSplit', namespace: 'shop', name: 'web' },
  rule: 'SecondariesReady',
  state: 'failover',
  sentence: '',
  splits: [],
  cluster: undefined,
  reactionMs: 1,
})

describe('the timeline', () => {
  it('tells the newest first', () => {
    const timeline = new Timeline(10)
    for (const revision of [1, 2, 3]) timeline.push(entry(revision))
    expect([...timeline.newestFirst()].map(({ revision }) => revision)).toEqual([3, 2, 1])
  })

  it('lets the oldest go when it is full, and says so', () => {
    const timeline = new Timeline(3)
    const lost = [1, 2, 3, 4, 5].map((revision) => timeline.push(entry(revision))?.revision)
    expect(lost).toEqual([undefined, undefined, undefined, 1, 2])
    expect([...timeline.newestFirst()].map(({ revision }) => revision)).toEqual([5, 4, 3])
    expect(timeline.size).toBe(3)
  })
})
