import type { Drain } from '../../policies/drain.ts'
import { isInEffect } from '../../policies/drain-index.ts'
import { objectKey } from '../../policies/object.ts'
import { type Column, renderTable } from '../output.ts'
import { leftText } from '../status/table.ts'
import type { DrainsRead } from './read-drains.ts'
import { targetText } from './target.ts'

/** A Drain as `-o json` shows it. */
export interface DrainItem {
  readonly namespace: string
  readonly name: string
  /** What it takes out: `cluster/east`, `service/shop/web`. */
  readonly from: readonly string[]
  /** RFC 3339; null if the Drain cannot be understood. */
  readonly until: string | null
  readonly reason: string | null
  readonly lastResort: 'Allow' | 'Never' | null
  /** Whether it is for all routes, or only for those of its namespace. */
  readonly forAllRoutes: boolean
  /** Whether it takes anything out now. */
  readonly inEffect: boolean
  /** Why it takes nothing out; null if that is only because of the time. */
  readonly problem: string | null
}

/** What is wrong with a Drain that the operator does not look at. */
export const notFollowed = 'the operator does not follow Drains; install it with policies.enabled=true'

/** A Drain at this time of day (epoch ms). */
export function drainItem(
  drain: Drain,
  { rootNamespace }: Pick<DrainsRead, 'rootNamespace'>,
  today: number,
): DrainItem {
  const { namespace, name, spec, problem } = drain
  return {
    namespace,
    name,
    from: spec?.from.map(targetText) ?? [],
    until: spec ? new Date(spec.until).toISOString() : null,
    reason: spec?.reason ?? null,
    lastResort: spec?.lastResort ?? null,
    forAllRoutes: namespace === rootNamespace,
    inEffect: rootNamespace !== undefined && isInEffect(drain, today),
    problem: problem ?? (rootNamespace === undefined ? notFollowed : null),
  }
}

/** Those that have not ended, in the order of their names. */
export const drainItems = (
  { drains, rootNamespace }: Omit<DrainsRead, 'unseen'>,
  today: number,
): DrainItem[] =>
  [...drains]
    .sort((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1))
    .map((drain) => drainItem(drain, { rootNamespace }, today))
    .filter(({ inEffect, problem }) => inEffect || problem !== null)

/** `now` (epoch ms) turns times into lengths. */
function drainTable(items: readonly DrainItem[], now: number): string {
  const columns: Column<DrainItem>[] = [
    { title: 'DRAIN', cell: ({ namespace, name }) => `${namespace}/${name}` },
    { title: 'FROM', cell: ({ from }) => from.join(', ') },
    {
      title: 'FOR',
      cell: ({ forAllRoutes, namespace }) => (forAllRoutes ? 'all routes' : `routes of ${namespace}`),
    },
    { title: 'ENDS', cell: ({ until, inEffect }) => (inEffect ? `in ${leftText(until, now)}` : '') },
    { title: 'REASON', cell: ({ reason, problem }) => problem ?? reason ?? '' },
  ]
  return renderTable(columns, items)
}

/** A table of routes, with the Drains below it if there are any. */
export const withDrains = (table: string, items: readonly DrainItem[], now: number): string =>
  items.length === 0 ? table : `${table}\n${drainTable(items, now)}`
