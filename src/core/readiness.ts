import type { Readiness } from './types.ts'

/**
 * What several ways to one thing come to: it is ready if one of them is, and down only if all are. Of those
 * that are alike the one with most endpoints speaks, of those that are down first one that is so despite its
 * Endpoints, since to another replica all of it may be ready; `unknown` if there is none.
 */
export const bestOf = (all: readonly Readiness[]): Readiness =>
  all.reduce<Readiness | undefined>((best, one) => (best && !isBetter(one, best) ? best : one), undefined) ??
  unknownBecause('no backend is named')

const order: readonly Readiness['state'][] = ['down', 'unknown', 'ready']

function isBetter(one: Readiness, other: Readiness): boolean {
  if (one.state === 'unknown' || other.state === 'unknown' || one.state !== other.state)
    return order.indexOf(one.state) > order.indexOf(other.state)
  if (one.state === 'down' && other.state === 'down' && one.despiteEndpoints !== other.despiteEndpoints)
    return one.despiteEndpoints === true
  return one.ready > other.ready || (one.ready === other.ready && one.total > other.total)
}

/** Unknown; `why` says which object is missing, and in which cluster. */
export const unknownBecause = (why: string): Readiness & { state: 'unknown' } => ({ state: 'unknown', why })

/** Down for a reason other than endpoints that are not ready; none are counted then. */
export const downBecause = (why: string): Readiness => ({ state: 'down', ready: 0, total: 0, why })
