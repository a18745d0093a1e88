import type { Judged } from '../../routes/judge.ts'
import { routeTitle } from '../../routes/key.ts'
import type { Cluster, Io } from '../io.ts'
import type { PoliciesRead } from '../policies/read-policies.ts'
import type { Snapshot } from '../snapshot.ts'
import { mayBeHeld } from './held.ts'
import {
  asOperatorKnows,
  hasUnknownWaits,
  isForOperator,
  isHeldBy,
  type OperatorTimes,
  readOperatorTimes,
} from './operator-times.ts'
import type { FoundStatus } from './route-status.ts'
import { writtenTimes } from './written-times.ts'

/**
 * The routes with what the operator alone can know; it is asked only if there is such a thing. If it cannot be asked, they
 * have what it has written in policies, and standard error says what is missing.
 */
export async function withTimes(
  io: Io,
  cluster: Cluster,
  routes: readonly FoundStatus[],
  { namespace, judged, policies, today }: Snapshot & { readonly namespace: string | undefined },
): Promise<readonly FoundStatus[]> {
  const facts = routes.map((route) => route.facts)
  if (!isForOperator(facts)) return routes
  const times = await readOperatorTimes(cluster, io, { namespace })
  if (times.ok) return routes.map((route) => asOperatorKnows(route, times.value))
  const titles = new Set(facts.map(routeTitle))
  const shown = judged.filter(({ route }) => titles.has(routeTitle(route)))
  const written = writtenTimes(shown, policies, today)
  const known = routes.map((route) => asOperatorKnows(route, written))
  for (const line of missingOf(known, shown, policies, written)) io.stderr.write(`${line}: ${times.error}\n`)
  return known
}

/** What is not known because the operator cannot be asked, in sentences. */
function missingOf(
  known: readonly FoundStatus[],
  judged: readonly Judged[],
  policies: PoliciesRead,
  written: OperatorTimes,
): string[] {
  const isAny = written.waits.size + written.held.size > 0
  const doubt = mayBeHeld(judged, policies, (route, where) => isHeldBy(written, route, where))
  return [
    ...(isAny
      ? ['WAITS has the times that the operator wrote in FailoverPolicies, since it cannot be asked']
      : []),
    ...(hasUnknownWaits(known.map(({ facts }) => facts))
      ? [isAny ? 'WAITS has not all times' : 'WAITS has no times']
      : []),
    ...(doubt ? [doubtText(doubt)] : []),
  ]
}

const doubtText = ({ policy, count }: NonNullable<ReturnType<typeof mayBeHeld>>): string =>
  count === 1
    ? `1 route is due for a move that is not needed, and FailoverPolicy ${policy} limits those; only the operator knows whether it waits`
    : `${count} routes are due for moves that are not needed, and FailoverPolicy ${policy} limits those; only the operator knows which wait`
