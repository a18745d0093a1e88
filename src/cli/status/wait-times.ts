import * as z from 'zod'
import type { RouteFacts, SplitItem } from '../../api/schema.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Cluster, Io } from '../io.ts'
import { type AskOperator, findOperator, pathOfRoute, unreadable } from '../operator-api.ts'

/** When waits end (RFC 3339), by what waits: only the operator knows since when a backend has been ready. */
export type WaitTimes = ReadonlyMap<string, string>

type Named = Pick<RouteFacts, 'kind' | 'namespace' | 'name'>
type Waiting = Pick<SplitItem, 'where'> & {
  readonly waits: Pick<NonNullable<SplitItem['waits']>, 'service' | 'port'>
}

/** What is read of the operator's answers; an older one knows no waits. */
const route = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  splits: z.array(
    z.object({
      where: z.string().nullable(),
      waits: z
        .object({ service: z.string(), port: z.number().nullable(), until: z.string().nullable() })
        .nullish(),
    }),
  ),
})
const detail = z.object({ route })
const page = z.object({ items: z.array(route), continue: z.string().nullable() })

/** Whether any of the routes waits until a time that is not known. */
export const hasUnknownWaits = (routes: readonly RouteFacts[]): boolean =>
  routes.some(({ splits }) => splits.some(({ waits }) => waits !== null && waits.until === null))

/**
 * Asks the operator's leader when the waits of these routes end. The error says in a sentence why that is not known.
 */
export async function readWaitTimes(
  cluster: Cluster,
  io: Io,
  of: Named | { readonly namespace: string | undefined },
): Promise<Result<WaitTimes, string>> {
  const operator = await findOperator(cluster, io)
  if (!operator.ok) return operator
  return 'kind' in of ? readRoute(operator.value, of) : readPages(operator.value, of.namespace)
}

async function readRoute(ask: AskOperator, of: Named): Promise<Result<WaitTimes, string>> {
  const answer = await ask(pathOfRoute(of))
  if (!answer.ok) return answer
  const { data } = detail.safeParse(answer.value)
  return data ? ok(timesIn([data.route])) : err(unreadable)
}

async function readPages(
  ask: AskOperator,
  namespace: string | undefined,
): Promise<Result<WaitTimes, string>> {
  const routes: z.infer<typeof route>[] = []
  const place = namespace === undefined ? '' : `&namespace=${encodeURIComponent(namespace)}`
  let next: string | null = ''
  while (next !== null) {
    const token: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`
    const answer = await ask(`/api/v1/routes?sort=name&limit=1000${place}${token}`)
    if (!answer.ok) return answer
    const { data } = page.safeParse(answer.value)
    if (!data) return err(unreadable)
    routes.push(...data.items)
    next = data.continue
  }
  return ok(timesIn(routes))
}

function timesIn(routes: readonly z.infer<typeof route>[]): WaitTimes {
  const times = new Map<string, string>()
  for (const one of routes)
    for (const { where, waits } of one.splits)
      if (waits?.until) times.set(keyOf(one, { where, waits }), waits.until)
  return times
}

/** The same route with the times that are known. */
export const withWaitTimes = (facts: RouteFacts, times: WaitTimes): RouteFacts => ({
  ...facts,
  splits: facts.splits.map((split) => {
    const { where, waits } = split
    if (waits === null) return split
    const until = times.get(keyOf(facts, { where, waits })) ?? waits.until
    return { ...split, waits: { ...waits, until } }
  }),
})

/** Those of the times that the routes still wait for. */
export function stillWaiting(times: WaitTimes, routes: readonly RouteFacts[]): WaitTimes {
  const keys = routes.flatMap((one) =>
    one.splits.flatMap(({ where, waits }) => (waits === null ? [] : keyOf(one, { where, waits }))),
  )
  return new Map([...times].filter(([key]) => keys.includes(key)))
}

const keyOf = ({ kind, namespace, name }: Named, { where, waits }: Waiting): string =>
  [kind, namespace, name, where, waits.service, waits.port].join(' ')
