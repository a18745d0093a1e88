import { expect, test } from 'vitest'
import { failOver, hold, servePrimary } from './rule.ts'
import { problemOf, stateOf } from './state.ts'

const primary = servePrimary('PrimaryReady', [0])
const failover = failOver('SecondariesReady', [1])

test.each([
  ['primary', primary],
  ['failover', failover],
  ['hold', hold('Unknown')],
  ['paused', hold('Paused')],
  ['misconfigured', hold('Misconfigured', 'no backends')],
  ['dark', hold('NothingReady')],
  // Weights that were all zero were repaired, but still nothing is ready.
  ['dark', servePrimary('NothingReady', [0])],
] as const)('a route is %s by its only split', (state, decision) => expect(stateOf([decision])).toBe(state))

test.each([
  ['failover', [primary, failover]],
  ['hold', [failover, hold('Unknown')]],
  ['misconfigured', [hold('Misconfigured'), failover]],
  ['dark', [hold('Misconfigured'), hold('NothingReady'), primary]],
  ['primary', []],
] as const)('a route is %s by the worst of its splits', (state, decisions) =>
  expect(stateOf(decisions)).toBe(state),
)

test('the problems of all splits are what the owner must mend', () => {
  expect(problemOf([primary, hold('NothingReady')])).toBeUndefined()
  expect(problemOf([hold('Misconfigured', 'one'), primary, hold('Misconfigured', 'two')])).toBe('one; two')
})
