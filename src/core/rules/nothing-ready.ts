import { hold, servePrimary } from '../rule.ts'
import { isAllZero, primaryIndexes } from '../split.ts'
import type { Decision, Observation } from '../types.ts'

/**
 * Nobody can serve: no weight helps, so none is moved, and whoever comes back first finds its weight. Only a
 * split that routes nowhere at all is repaired, because all-zero weights harm the proxies themselves. The last
 * rule, so it always answers.
 */
export const nothingReady = ({ split }: Observation): Decision =>
  isAllZero(split) ? servePrimary('NothingReady', primaryIndexes(split)) : hold('NothingReady')
