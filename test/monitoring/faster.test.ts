import { expect, it, test } from 'vitest'
import { ruleGroups } from '../../src/install/objects/alert-rules.ts'
import { faster, type RuleGroup } from './faster.ts'

const [group] = ruleGroups('https://runbooks.example/')
if (!group) throw new Error('there are no rules')
const [rule] = group.rules
if (!rule) throw new Error('the group has no rules')
const having = (changes: Partial<typeof rule>): RuleGroup => ({ ...group, rules: [{ ...rule, ...changes }] })

it('shortens what a rule waits for, and what it looks back upon', () => {
  const slow = having({ for: '1h', expr: 'increase(a[10m]) > 10 and rate(b[90s]) > 2' })
  const fast = having({ for: '60000ms', expr: 'increase(a[10000ms]) > 10 and rate(b[1500ms]) > 2' })
  expect(faster(slow, 60)).toEqual(fast)
})

it('changes nothing else', () => {
  const others = (of: RuleGroup) => of.rules.map(({ for: _, expr: __, ...rest }) => rest)
  expect(others(faster(group, 60))).toEqual(others(group))
})

it('leaves no minute in the rules of the chart', () => {
  const durations = faster(group, 60).rules.flatMap(({ for: wait, expr }) => [
    wait,
    ...[...expr.matchAll(/\[(.*?)\]/g)].map(([, window]) => window),
  ])
  expect(durations.length).toBeGreaterThan(group.rules.length)
  for (const duration of durations) expect(duration).toMatch(/^\d+ms$/)
})

test.each(['1d', '5m30s', '', '$__rate_interval'])('does not let %j pass as it is', (wait) => {
  expect(() => faster(having({ for: wait }), 60)).toThrow('is no duration')
})
