import { describe, expect, it, test } from 'vitest'
import { leaderName, leadWords, roleWords, watchedWords } from './lead.ts'

test.each([
  ['leader', 'pod-a', 'leader', 'This replica is the leader: it writes the weights', 'pod-a'],
  ['standby', 'pod-b', 'standby', 'This replica is a standby: pod-b writes the weights', 'pod-b'],
  ['standby', null, 'standby', 'This replica is a standby: another replica writes the weights', 'unknown'],
  [
    'alone',
    null,
    'no election',
    'Leader election is off: this replica writes the weights',
    'none: leader election is off',
  ],
] as const)('a %s, while the leader is %s', (role, leader, word, sentence, name) => {
  const lead = { role, leader }
  expect([roleWords(lead), leadWords(lead), leaderName(lead)]).toEqual([word, sentence, name])
})

describe('since when there is a past', () => {
  const now = new Date(2026, 10, 25, 3, 2, 11).getTime()

  it('is told with the time of the start', () => {
    const startedAt = new Date(now - 5 * 60_000).toISOString()
    expect(watchedWords({ startedAt }, now)).toBe(
      'This replica started 5 min ago, at 02:57:11. What happened before that is from Events of the cluster.',
    )
  })

  it('is not made up before the operator has said it', () =>
    expect(watchedWords(undefined, now)).toContain('has not reported yet'))
})
