import { expect, test } from 'vitest'
import { decisionBy } from './decide.ts'
import { problemOf } from './explain.ts'
import { failOver, hold, servePrimary } from './rule.ts'
import { misconfigured } from './rules/misconfigured.ts'
import { nothingReady } from './rules/nothing-ready.ts'
import { paused } from './rules/paused.ts'
import { primaryReady } from './rules/primary-ready.ts'
import { secondariesReady } from './rules/secondaries-ready.ts'
import { unknownPrimary } from './rules/unknown-primary.ts'
import { stateOf } from './state.ts'

const primary = decisionBy(primaryReady, servePrimary([0]))
const failover = decisionBy(secondariesReady, failOver([1]))
const unknown = decisionBy(unknownPrimary, hold())
const dark = decisionBy(nothingReady, hold())
const broken = (why?: string) => decisionBy(misconfigured, hold(why))

test.each([
  ['primary', primary],
  ['failover', failover],
  ['hold', unknown],
  ['paused', decisionBy(paused, hold())],
  ['misconfigured', broken('no backends')],
  ['dark', dark],
  // Weights that were all zero were repaired, but still nothing is ready.
  ['dark', decisionBy(nothingReady, servePrimary([0]))],
] as const)('a route is %s by its only split', (state, decision) => expect(stateOf([decision])).toBe(state))

test.each([
  ['failover', [primary, failover, { state: 'drained' }]],
  ['drained', [primary, { state: 'drained' }]],
  ['hold', [failover, unknown]],
  ['misconfigured', [broken(), failover]],
  ['dark', [broken(), dark, primary]],
  ['primary', []],
] as const)('a route is %s by the worst of its splits', (state, decisions) =>
  expect(stateOf(decisions)).toBe(state),
)

test('the problems of all splits are what the owner must fix', () => {
  expect(problemOf([primary, dark])).toBeUndefined()
  expect(problemOf([broken('one'), primary, broken('two')])).toBe('one; two')
})
