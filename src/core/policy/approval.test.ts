import { expect, test } from 'vitest'
import { unapprovedOf } from './approval.ts'

const lost = { tier: 1, lostAt: 5000 }
const isApproved = (approvedAt: number | undefined, today: number) =>
  unapprovedOf({ isManual: true, ...(approvedAt === undefined ? {} : { approvedAt }) }, lost, today) ===
  undefined

test.each([
  ['none', undefined, 9000, false],
  ['one of before the loss', 4999, 9000, false],
  ['one of the moment of the loss', 5000, 9000, false],
  ['one that came after the loss', 6000, 9000, true],
  ['one whose time has come now', 6000, 6000, true],
  ['one whose time has not come', 6001, 6000, false],
  ['one for the moment after the loss, by a clock that was set back since', 5001, 3000, true],
  ['one of later, by a clock that was set back since', 5002, 3000, false],
] as const)('%s', (_, approvedAt, today, approves) => expect(isApproved(approvedAt, today)).toBe(approves))

test('is not asked for if nothing was lost, or traffic goes back by itself', () => {
  expect(unapprovedOf({ isManual: true }, undefined, 9000)).toBeUndefined()
  expect(unapprovedOf({}, lost, 9000)).toBeUndefined()
})
