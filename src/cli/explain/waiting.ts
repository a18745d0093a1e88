import type { SplitItem, WaitItem } from '../../api/schema.ts'
import { timeText } from '../../core/pause.ts'
import { massEvent } from '../../core/policy/rules/limited.ts'
import { thresholdText } from '../../core/policy/threshold.ts'
import { durationText } from '../../core/words.ts'
import { returnCommand } from '../../routes/return-command.ts'
import { leftText } from '../status/table.ts'

/**
 * What a split of a route waits for, as a sentence without its end: `goes back to shop/cart in 41s if it keeps at least 4
 * endpoints ready (5 of 6 are)`. `undefined` if it waits for nothing; `now` is epoch ms.
 */
export function waitingText(
  { waits, policy, backends, rule }: SplitItem,
  route: Parameters<typeof returnCommand>[0],
  now: number,
): string | undefined {
  if (waits === null) return undefined
  if (waits.what === 'limit') return turnText(waits, rule, now)
  if (policy === null) return undefined
  if (waits.what === 'approval')
    return `waits for approval since ${timeText(Date.parse(waits.lostAt ?? ''))}, when ${waits.service} was lost: run ${returnCommand(route)}`
  const { service, port, until } = waits
  const { minReady, minReadyShare, failbackMinReady, failbackAfterMs, failbackAtMostMs } = policy
  const backend = backends.find((one) => one.service === service && one.port === port)
  const needed = thresholdText(failbackMinReady ?? { count: minReady, ...minReadyShare })
  const enough = needed === '1' ? 'a ready endpoint' : `at least ${needed} endpoints ready`
  const counts = backend?.readiness
  const known =
    counts?.ready === null || counts === undefined ? '' : ` (${counts.ready} of ${counts.total} now)`
  const left = leftText(until, now)
  // Only the operator knows how many failovers there were.
  const least = failbackAtMostMs === undefined ? '' : 'at least '
  if (waits.what === 'failover')
    return `leaves ${service} ${left === undefined ? 'soon' : `in ${left}`} unless it has enough endpoints ready by then${known}`
  return left === undefined
    ? `goes back to ${service} when it has kept ${enough} for ${least}${durationText(failbackAfterMs)} without a break${known}`
    : `goes back to ${service} in ${left} if it keeps ${enough}${known}`
}

/** Limits for all routes hold up a move that is not needed. */
function turnText({ service, until }: WaitItem, rule: SplitItem['rule'], now: number): string {
  if (rule === massEvent.name)
    return `moves to ${service} when fewer routes want to leave backends that can serve, or limits.stopAtPercent is raised`
  const left = leftText(until, now)
  return `moves to ${service} ${left === undefined ? 'when its turn comes' : `in ${left}, when its turn comes`}; at once if the move becomes needed`
}
