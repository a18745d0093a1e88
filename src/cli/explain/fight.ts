import { ok, type Result } from '../../base/result.ts'
import type { Route } from '../../routes/route.ts'
import type { Failure } from '../failure.ts'
import type { Reading } from '../listing.ts'
import { readNewestEvents } from '../status/events.ts'

/** A fight over the weights of a route, as the operator reported it. */
export interface Fight {
  readonly reason: 'Fought'
  readonly message: string
}

/**
 * Whether the operator has said that somebody undoes the weights, and not yet that it is over. Its Events tell,
 * for as long as the cluster keeps them: one look at the route cannot.
 */
export async function readFight(
  reading: Reading,
  { namespace, uid }: Route,
): Promise<Result<Fight[], Failure>> {
  const [begun, over] = await Promise.all([
    readNewestEvents(reading, namespace, 'Fought'),
    readNewestEvents(reading, namespace, 'FightOver'),
  ])
  if (!begun.ok) return begun
  if (!over.ok) return over
  const fight = begun.value.get(uid)
  const isOver = (over.value.get(uid)?.at ?? 0) > (fight?.at ?? 0)
  return ok(fight && !isOver ? [{ reason: 'Fought', message: fight.message }] : [])
}
