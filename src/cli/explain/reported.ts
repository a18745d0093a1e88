import type { Judged } from '../../routes/judge.ts'
import type { RouteEvent } from '../../routes/since.ts'

/** What only time shows to be wrong with a route, as the operator reported it. */
export interface Reported {
  readonly reason: 'Fought' | 'HeldByUnknown'
  readonly message: string
}

/**
 * The fight and the long hold (from Events, the oldest first) that the operator has reported, unless it has
 * reported the end of it since. Only its Events show them, for as long as the cluster keeps them: a single
 * look at the route cannot. A hold is over, too, if the command itself can judge the route by now.
 */
export function reportedIn(events: readonly RouteEvent[], { verdicts }: Judged): Reported[] {
  const newest = new Map(events.map((event) => [event.reason, event]))
  const isHeld = verdicts.some(({ decision }) => decision.state === 'hold')
  return [
    ...standing(newest, 'Fought', 'FightOver'),
    ...(isHeld ? standing(newest, 'HeldByUnknown', 'HoldOver') : []),
  ]
}

function standing(
  newest: ReadonlyMap<string, RouteEvent>,
  reason: Reported['reason'],
  end: string,
): Reported[] {
  const event = newest.get(reason)
  const isOver = (newest.get(end)?.at ?? 0) > (event?.at ?? 0)
  return event && !isOver ? [{ reason, message: event.message }] : []
}
