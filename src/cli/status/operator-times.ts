import * as z from 'zod'
import type { RouteFacts, SplitItem } from '../../api/schema.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Cluster, Io } from '../io.ts'
import { type AskOperator, findOperator, pathOfRoute, unreadable } from '../operator-api.ts'
import { type Held, isHeld, readHeld, reasonIn, withHeld } from './held.ts'
import type { RouteStatus } from './route-status.ts'

/** Times (RFC 3339) and holds that only the operator knows, since it saw what happened, and sees all routes. */
export interface OperatorTimes {
  /** When waits end, by what waits. */
  readonly waits: ReadonlyMap<string, string>
  /** Since when routes are in their state, by route and state. */
  readonly sinces: ReadonlyMap<string, Since>
  /** The splits whose move limits hold up. */
  readonly held: ReadonlyMap<string, Held>
}

/** Nothing is known. */
export const noTimes: OperatorTimes = { waits: new Map(), sinces: new Map(), held: new Map() }

type Since = Pick<RouteFacts, 'since' | 'sinceBefore'>
type Named = Pick<RouteFacts, 'kind' | 'namespace' | 'name'>
type Waiting = Pick<SplitItem, 'where'> & {
  readonly waits: Pick<NonNullable<SplitItem['waits']>, 'service' | 'port'>
}

/** What is read of the operator's answers; an older one knows less. */
const route = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  state: z.string().optional(),
  since: z.string().nullish(),
  sinceBefore: z.string().nullish(),
  splits: z.array(
    z.looseObject({
      where: z.string().nullable(),
      waits: z
        .looseObject({ service: z.string(), port: z.number().nullable(), until: z.string().nullable() })
        .nullish(),
    }),
  ),
})
const detail = z.object({ route })
const page = z.object({ items: z.array(route), continue: z.string().nullable() })

/** Whether any of the routes waits until a time that is not known. */
export const hasUnknownWaits = (routes: readonly RouteFacts[]): boolean =>
  routes.some(({ splits }) =>
    splits.some(({ waits }) => waits !== null && waits.what !== 'approval' && waits.until === null),
  )

/**
 * Whether the operator has to be asked about any of the routes: since when it is not on its primary, when a wait
 * ends, or whether limits hold up a move that is due. Of a route on its primary the last write is enough.
 */
export const isForOperator = (routes: readonly RouteFacts[]): boolean =>
  hasUnknownWaits(routes) || routes.some((route) => route.due || isAway(route))

/** Since when that is so, the operator knows best: what it found at its start, it reported then, as an Event. */
export const isAway = ({ state }: Pick<RouteFacts, 'state'>): boolean => state !== 'primary'

/**
 * Asks the operator's leader about these routes. The error says in a sentence why there is no answer.
 */
export async function readOperatorTimes(
  cluster: Cluster,
  io: Io,
  of: Named | { readonly namespace: string | undefined },
): Promise<Result<OperatorTimes, string>> {
  const operator = await findOperator(cluster, io)
  if (!operator.ok) return operator
  return 'kind' in of ? readRoute(operator.value, of) : readPages(operator.value, of.namespace)
}

async function readRoute(ask: AskOperator, of: Named): Promise<Result<OperatorTimes, string>> {
  const answer = await ask(pathOfRoute(of))
  if (!answer.ok) return answer
  const { data } = detail.safeParse(answer.value)
  return data ? ok(timesIn([data.route])) : err(unreadable)
}

async function readPages(
  ask: AskOperator,
  namespace: string | undefined,
): Promise<Result<OperatorTimes, string>> {
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

function timesIn(routes: readonly z.infer<typeof route>[]): OperatorTimes {
  const waits = new Map<string, string>()
  const sinces = new Map<string, Since>()
  const held = new Map<string, Held>()
  for (const one of routes) {
    const { state = '', since = null, sinceBefore = null } = one
    sinces.set(stateKey(one, state), { since, sinceBefore })
    for (const split of one.splits) {
      const { where, waits: wait } = split
      if (wait?.until) waits.set(keyOf(one, { where, waits: wait }), wait.until)
      const hold = readHeld(split)
      if (hold) held.set(splitKey(one, where), hold)
    }
  }
  return { waits, sinces, held }
}

/** Whether limits hold up the move of a split. */
export const isHeldBy = ({ held }: OperatorTimes, route: Named, where: string | undefined): boolean =>
  held.has(splitKey(route, where ?? null))

/** The same status with what the operator knows. */
export function asOperatorKnows<T extends RouteStatus>(status: T, times: OperatorTimes): T {
  const facts = withOperatorTimes(status.facts, times)
  const reasons = facts.splits.map((split, index) =>
    isHeld(split) ? reasonIn(split.sentence) : (status.reasons[index] ?? ''),
  )
  return { ...status, facts, reasons }
}

/** The same route with the times that are known, and its moves held that limits hold up. */
export function withOperatorTimes(
  given: RouteFacts,
  { waits: times, sinces, held }: OperatorTimes,
): RouteFacts {
  const facts = withHeld(given, ({ where }) => held.get(splitKey(given, where)))
  const splits = facts.splits.map((split) => {
    const { where, waits } = split
    if (waits === null) return split
    const until = times.get(keyOf(facts, { where, waits })) ?? waits.until
    return { ...split, waits: { ...waits, until } }
  })
  const told = sinces.get(stateKey(facts, facts.state))
  return { ...facts, ...(told ? best(facts, told) : {}), splits }
}

/** Of what is known here and what the operator knows; it saw the route in its state before an Event said so. */
function best({ since, sinceBefore }: Since, told: Since): Since {
  if (told.since !== null) return { since: told.since, sinceBefore: null }
  // An older operator does not say.
  if (told.sinceBefore === null) return { since, sinceBefore }
  if (since !== null && Date.parse(since) < Date.parse(told.sinceBefore)) return { since, sinceBefore }
  const [first = null] = [sinceBefore ?? told.sinceBefore, told.sinceBefore].sort()
  return { since: null, sinceBefore: first }
}

/** Of what is known of waits that for which the routes, as they are without it, still wait. */
export function stillWaiting(times: OperatorTimes, routes: readonly RouteFacts[]): OperatorTimes {
  const keys = new Set(
    routes.flatMap((one) =>
      one.splits.flatMap(({ where, waits }) => (waits === null ? [] : keyOf(one, { where, waits }))),
    ),
  )
  const due = new Set(
    routes.flatMap((one) => one.splits.flatMap((split) => (split.due ? splitKey(one, split.where) : []))),
  )
  return {
    ...times,
    waits: new Map([...times.waits].filter(([key]) => keys.has(key))),
    held: new Map([...times.held].filter(([key]) => due.has(key))),
  }
}

const stateKey = ({ kind, namespace, name }: Named, state: string): string =>
  [kind, namespace, name, state].join(' ')

/** Names a split of a route. */
export const splitKey = ({ kind, namespace, name }: Named, where: string | null): string =>
  [kind, namespace, name, where].join(' ')

/** Names a wait of a split. */
export const keyOf = ({ kind, namespace, name }: Named, { where, waits }: Waiting): string =>
  [kind, namespace, name, where, waits.service, waits.port].join(' ')
