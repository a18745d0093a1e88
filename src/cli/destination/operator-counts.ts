import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { Route } from '../../routes/route.ts'
import type { Cluster, Io } from '../io.ts'
import { findOperator, pathOfRoute, unreadable } from '../operator-api.ts'
import type { Counts } from './judge.ts'

/** The most that the operator puts on a page; the counts of further routes are not known. */
const onePage = '/api/v1/routes?limit=1000'

const backend = z.object({
  service: z.string(),
  port: z.number().nullable(),
  readiness: z.object({ ready: z.number().nullable() }),
})
const route = z.object({ splits: z.array(z.object({ backends: z.array(backend) })) })
/** What is read of the operator's answer, in any of its versions. */
const schema = z.union([
  z.object({ route }).transform((answer) => [answer.route]),
  z.object({ items: z.array(route) }).transform(({ items }) => items),
])

/**
 * Asks the operator's leader how many endpoints of a route's backends it counts as ready, or of the backends
 * of all routes: only the operator reads other clusters. The error says in a sentence why that is not known.
 */
export async function readOperatorCounts(
  cluster: Cluster,
  io: Io,
  of: Route | 'all',
): Promise<Result<Counts, string>> {
  const operator = await findOperator(cluster, io)
  if (!operator.ok) return operator
  const answer = await operator.value(of === 'all' ? onePage : pathOfRoute(of))
  return answer.ok ? countsIn(answer.value) : answer
}

function countsIn(answer: unknown): Result<Counts, string> {
  const { data } = schema.safeParse(answer)
  if (!data) return err(unreadable)
  const counts = new Map<string, number | undefined>()
  for (const { splits } of data)
    for (const { service, port, readiness } of splits.flatMap(({ backends }) => backends))
      counts.set(keyOf(service, port), readiness.ready ?? undefined)
  return ok(({ service, port }) => counts.get(keyOf(service, port)) ?? counts.get(keyOf(service, null)))
}

/** Routes of a kind without ports have none. */
const keyOf = (service: string, port: number | null): string => `${service} ${port}`
