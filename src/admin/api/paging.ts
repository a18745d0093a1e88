import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { type RouteState, routeStates } from '../../core/state.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { Problem } from './endpoint.ts'

/** What routes can be sorted by. Equal ones are in the order of namespace, name and kind. */
export const sorts = ['state', '-state', 'since', '-since', 'name', '-name'] as const
type Sort = (typeof sorts)[number]

/** Where a page ended: what its last route was sorted by. */
const position = z.tuple([z.enum(sorts), z.number(), z.string()])

const findingRank = 0.5
const rank = new Map<RouteState, number>(routeStates.map((state, index) => [state, index]))

/** What is dark comes first, then what has a finding: both may fail while the weights are as decided. */
const byState = ({ state, findings }: RouteRecord) =>
  state !== 'dark' && findings.length > 0 ? findingRank : (rank.get(state) ?? 0)
const bySince = ({ since }: RouteRecord) => since?.getTime() ?? 0
const byNameAlone = () => 0

/** What a route is sorted by before its name. */
const numberFor: Readonly<Record<Sort, (record: RouteRecord) => number>> = {
  state: byState,
  '-state': byState,
  since: bySince,
  '-since': bySince,
  name: byNameAlone,
  '-name': byNameAlone,
}

interface Placed {
  readonly record: RouteRecord
  readonly number: number
  readonly name: string
}

interface PageOptions {
  readonly sort: Sort
  readonly limit: number
  /** The `next` of the page before. */
  readonly from: string | undefined
}

/**
 * One page of routes. The next page begins after the last route of this one, wherever that stands by then, so
 * a route that comes or goes meanwhile shifts no page.
 */
export function pageOf(
  records: readonly RouteRecord[],
  { sort, limit, from }: PageOptions,
): Result<{ items: RouteRecord[]; next: string | undefined }, Problem> {
  const start = from === undefined ? undefined : readPosition(from, sort)
  if (start && !start.ok) return start
  const compare = comparison(sort)
  const placed = records.map((record) => place(record, sort)).sort(compare)
  const after = start ? placed.filter((one) => compare(one, start.value) > 0) : placed
  const items = after.slice(0, limit)
  const last = items.at(-1)
  return ok({
    items: items.map(({ record }) => record),
    next: last && after.length > items.length ? nameOf(last, sort) : undefined,
  })
}

function place(record: RouteRecord, sort: Sort): Placed {
  const { namespace, name, kind } = record.route
  return { record, number: numberFor[sort](record), name: `${namespace}/${name}/${kind}` }
}

function comparison(sort: Sort): (a: Omit<Placed, 'record'>, b: Omit<Placed, 'record'>) => number {
  const direction = sort.startsWith('-') ? -1 : 1
  return (a, b) => direction * (a.number - b.number || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

const nameOf = ({ number, name }: Placed, sort: Sort): string =>
  Buffer.from(JSON.stringify([sort, number, name])).toString('base64url')

function readPosition(text: string, sort: Sort): Result<Omit<Placed, 'record'>, Problem> {
  const parsed = position.safeParse(parseJson(Buffer.from(text, 'base64url').toString()))
  if (!parsed.success)
    return err({
      status: 400,
      error: `continue: "${text}" is not a page token; use the value of "continue" from an earlier answer`,
    })
  const [sorted, number, name] = parsed.data
  if (sorted !== sort)
    return err({
      status: 400,
      error: `continue: this token is for a list sorted by ${sorted}; use the same sort, or leave continue out`,
    })
  return ok({ number, name })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
