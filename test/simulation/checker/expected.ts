import type { Process } from '../engine/process.ts'
import type { Expectation } from '../story/step.ts'
import type { Route } from './read-route.ts'
import { textOf, weightsOf } from './table.ts'

/**
 * What is wrong with routes by what a story expects. A leader that was born meanwhile has not seen all of it, one whose
 * clock was set takes another time for that of a loss or an approval, also before the next one leads, and routes of a kind
 * that is not served are not there.
 */
export function wrongBy(
  { keys, weights, least = keys.length, from, outlives, rule }: Expectation,
  { bornAt }: Pick<Process, 'bornAt'>,
  processes: Iterable<Pick<Process, 'skewMs' | 'diedAt'>>,
  routeOf: (key: string) => Route | undefined,
): string | undefined {
  const isSet = [...processes].some(({ skewMs, diedAt }) => skewMs !== 0 && diedAt > from)
  if ((bornAt > from && !outlives) || isSet) return undefined
  const routes = keys.flatMap((key) => routeOf(key) ?? [])
  const others = routes.filter(({ splits }) => textOf(splits.map(weightsOf)) !== textOf([weights]))
  const [first] = others
  if (!first || routes.length - others.length >= least) return undefined
  const { kind, metadata } = first.object
  const is = textOf(first.splits.map(weightsOf))
  const name = `${kind} ${metadata.namespace}/${metadata.name}`
  const many = keys.length > 1 ? `, as ${least} of ${keys.length} routes must` : ''
  return `${name} has the weights ${is}, and should have ${textOf([weights])}${many} (${rule})`
}
