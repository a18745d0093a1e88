import type { Log } from '../../base/log.ts'
import type { Verdict } from '../../core/judge.ts'
import { applyPlan } from '../../core/plan.ts'
import { type Direction, directionOf } from '../../core/transition.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import type { Share } from '../../policies/policy-index.ts'
import { routeTitle } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { Metrics } from './metrics.ts'
import { about, partText } from './texts.ts'

export interface WouldMovesOptions {
  readonly log: Log
  readonly metrics: Pick<Metrics, 'dryRuns'>
  readonly recordEvent: (input: EventInput) => void
  /** False while another replica leads, and reports for all. */
  readonly leads: () => boolean
}

/** Reports what would move by policies that are a DryRun: a line in the log, an Event and a count for each move. */
export function reportWouldMoves(
  { log, metrics, recordEvent, leads }: WouldMovesOptions,
  route: Route,
  policies: readonly Share[],
  moves: readonly Verdict[],
): void {
  if (!leads()) return
  const names = policies.filter(({ follows }) => follows !== 'none').map(({ policy }) => policy)
  for (const { split, plan, reason } of moves) {
    const direction = directionOf(split, applyPlan(split, plan))
    const note = `${wouldDo[direction]} by FailoverPolicy ${names.join(', ')}, which is a DryRun: ${reason}${partText(split.where)}`
    metrics.dryRuns.inc({ direction })
    log.info({ route: routeTitle(route), direction, policies: names }, `${routeTitle(route)} ${note}`)
    recordEvent({ ...about(route), type: 'Normal', reason: 'WouldFailover', action: 'DryRun', note })
  }
}

const wouldDo: Readonly<Record<Direction, string>> = {
  failover: 'would fail over',
  failback: 'would go back',
  redistribute: 'would share traffic in another way',
}
