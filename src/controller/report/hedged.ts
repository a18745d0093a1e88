import type { Log } from '../../base/log.ts'
import type { Judged } from '../../routes/judge.ts'
import { routeTitle } from '../../routes/key.ts'

/**
 * All that a standby reports of a move that it made; everything else is for the leader to report, or the next
 * one.
 */
export function logHedged(log: Log, { route, verdicts }: Judged): void {
  for (const { plan, sentence } of verdicts) {
    if (plan.length === 0) continue
    const message = `${routeTitle(route)} ${sentence} (written by this standby, because the leader had not)`
    log.info({ route: routeTitle(route) }, message)
  }
}
