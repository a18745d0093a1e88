import { z } from 'zod'
import type { Cluster } from '../e2e/cluster.ts'
import { json, type Operator } from '../e2e/operator.ts'

/** How often people were told that a route's traffic was moved. */
export interface Told {
  /** By route: lines of the log, and Kubernetes Events, of a series all. */
  readonly log: ReadonlyMap<string, number>
  readonly events: ReadonlyMap<string, number>
  /** By the metric, over all routes; of an operator that is gone nobody can ask it. */
  readonly counted: number
  /** Events that operators say they have lost. */
  readonly lost: number
}

const namespace = 'default/'
const line = z.object({
  what: z.enum(['failover', 'failback', 'redistribute']),
  route: z.string().transform((route) => route.slice(route.indexOf(namespace) + namespace.length)),
})

/** All that was told of transitions since these operators started. */
export async function toldBy(operators: readonly Operator[], cluster: Cluster): Promise<Told> {
  const scraped = await Promise.all(
    operators.filter((operator) => operator.running()).map(({ metrics }) => metrics()),
  )
  const sum = (name: string) => scraped.reduce((total, metrics) => total + metrics.sum(name), 0)
  const events = await cluster.events({ reason: 'Failover' })
  return {
    log: tally(operators.flatMap(transitionsIn).map((route) => [route, 1])),
    events: tally(events.map(({ regarding, series }) => [regarding?.name ?? '', series?.count ?? 1])),
    counted: sum('linkerd_failover_transitions_total'),
    lost: sum('linkerd_failover_events_dropped'),
  }
}

/** The routes whose traffic was moved, by the lines of an operator's log. */
function transitionsIn(operator: Operator): readonly string[] {
  return operator
    .output()
    .split('\n')
    .flatMap((text) => line.safeParse(json(text)).data?.route ?? [])
}

function tally(counts: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
  return sums
}
