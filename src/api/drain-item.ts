import type { DrainItem } from './drain-schema.ts'

/** A Drain as the operator knows it. */
export interface DrainFacts extends Pick<DrainItem, 'namespace' | 'name' | 'scope' | 'routes'> {
  readonly spec: {
    readonly from: readonly ({ readonly cluster: string } | { readonly service: string })[]
    /** Epoch ms. */
    readonly until: number
    readonly reason: string
    readonly lastResort: DrainItem['lastResort']
  }
  readonly since: Date
  /** `undefined` while it is in effect. */
  readonly endedAt: Date | undefined
}

/** The same as the API shows it. */
export function drainItem({ namespace, name, scope, spec, since, endedAt, routes }: DrainFacts): DrainItem {
  const { from, reason, lastResort, until } = spec
  return {
    namespace,
    name,
    scope,
    from: from.map((target) =>
      'cluster' in target
        ? { cluster: target.cluster, service: null }
        : { cluster: null, service: target.service },
    ),
    reason,
    lastResort,
    since: since.toISOString(),
    until: timeText(until),
    endedAt: endedAt?.toISOString() ?? null,
    routes: { moved: routes.moved, left: routes.left },
  }
}

/** The year has four digits in RFC 3339; a person may write a later one. */
const lastYear = Date.UTC(9999, 11, 31, 23, 59, 59)

const timeText = (at: number): string => new Date(Math.min(at, lastYear)).toISOString()
