import type { Backend, Readiness } from '../../core/types.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { View } from '../../view/view.ts'
import type { DrainReading } from './drain-reports.ts'

/** A Drain in effect as the metrics show it. */
export interface DrainGauge {
  /** `namespace/name`. */
  readonly drain: string
  readonly scope: DrainReading['scope']
  /** Until it ends (s). */
  readonly seconds: number
  /** How the best backend is that it takes out; `none` if no controlled route has one. */
  readonly state: Readiness['state'] | 'none'
}

/**
 * The Drains in effect at a time of the wall clock (ms). Costs as much as there are routes, if there are any.
 */
export function drainGauges(
  drains: Iterable<DrainReading>,
  view: Pick<View, 'records' | 'readiness'>,
  now: number,
): DrainGauge[] {
  const inEffect = [...drains].filter(({ endedAt }) => endedAt === undefined)
  if (inEffect.length === 0) return []
  const states = statesIn(view)
  return inEffect.map(({ namespace, name, scope, spec: { until } }) => {
    const drain = `${namespace}/${name}`
    return { drain, scope, seconds: Math.max(0, (until - now) / 1000), state: states.get(drain) ?? 'none' }
  })
}

/** By Drain. */
function statesIn(view: Pick<View, 'records' | 'readiness'>): ReadonlyMap<string, Readiness['state']> {
  const states = new Map<string, Readiness['state']>()
  for (const { backend, by } of drainedIn(view.records())) {
    const { state } = view.readiness(backend)
    const before = states.get(by)
    if (before === undefined || order.indexOf(state) > order.indexOf(before)) states.set(by, state)
  }
  return states
}

const order: readonly Readiness['state'][] = ['down', 'unknown', 'ready']

/** The backends that are taken out, each with the Drain that does it. */
function* drainedIn(records: Iterable<RouteRecord>): Iterable<{ backend: Backend; by: string }> {
  for (const { route, decisions } of records)
    for (const [index, { drains = [] }] of decisions.entries())
      for (const [place, drained] of drains.entries()) {
        const backend = route.splits[index]?.backends[place]
        if (drained && backend) yield { backend, by: drained.by }
      }
}
