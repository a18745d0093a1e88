import type { OperatorEvent } from '../status/events.ts'

/** A fight over the weights of a route, as the operator reported it. */
export interface Fight {
  readonly reason: 'Fought'
  readonly message: string
}

/**
 * The fight that the operator has reported, unless it has reported the end of it since. Only its Events show
 * a fight, for as long as the cluster keeps them: a single look at the route cannot.
 */
export function fightIn(newest: ReadonlyMap<string, OperatorEvent>): Fight[] {
  const fight = newest.get('Fought')
  const isOver = (newest.get('FightOver')?.at ?? 0) > (fight?.at ?? 0)
  return fight && !isOver ? [{ reason: 'Fought', message: fight.message }] : []
}
