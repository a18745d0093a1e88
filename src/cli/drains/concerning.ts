import type { ServiceKey } from '../../core/types.ts'
import type { DrainIndex } from '../../policies/drain-index.ts'
import { objectKey } from '../../policies/object.ts'
import { backendServices, type Route } from '../../routes/route.ts'
import { leftText } from '../status/table.ts'
import { type DrainItem, drainItem } from './list.ts'
import type { DrainsRead } from './read-drains.ts'

/** A Drain with the backends of one route that it takes out. */
export interface RouteDrain extends DrainItem {
  readonly services: readonly ServiceKey[]
}

/** The Drains in effect that take out backends of a route; `index` is that of this time of day (epoch ms). */
export function drainsConcerning(
  route: Pick<Route, 'namespace' | 'splits'>,
  { index, rootNamespace }: Pick<DrainsRead, 'rootNamespace'> & { readonly index: DrainIndex },
  today: number,
): RouteDrain[] {
  const found = new Map<string, RouteDrain>()
  for (const service of new Set(backendServices(route)))
    for (const drain of index.drainsOf(route.namespace, service)) {
      const known = found.get(objectKey(drain)) ?? {
        ...drainItem(drain, { rootNamespace }, today),
        services: [],
      }
      found.set(objectKey(drain), { ...known, services: [...known.services, service] })
    }
  return [...found.values()]
}

/** One as a sentence: `mesh/east takes out shop/cart-east for 2h: CHG-1234`. */
export const routeDrainText = (
  { namespace, name, services, until, reason }: RouteDrain,
  now: number,
): string => `${namespace}/${name} takes out ${services.join(', ')} for ${leftText(until, now)}: ${reason}`
