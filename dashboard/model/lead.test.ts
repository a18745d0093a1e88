import { describe, expect, it, test } from 'vitest'
import { leaderName, leadWords, roleWords, watchedWords } from './lead.ts'

test.each([
  ['leader', 'pod-a', 'leader', 'This operator leads: it writes the weights', 'pod-a'],
  ['standby', 'pod-b', 'standby', 'A standby: pod-b writes the weights', 'pod-b'],
  ['standby', null, 'standby', 'A standby: another operator writes the weights', 'not known'],
  [
    'alone',
    null,
    'no election',
    'No election: this operator acts alone, and writes the weights',
    'none is elected: this one acts',
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
      'This operator has watched for 5 min, since 02:57:11. What was before that it does not know.',
    )
  })

  it('is not made up before the operator has said it', () =>
    expect(watchedWords(undefined, now)).toContain('not known yet'))
})
