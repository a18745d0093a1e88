import * as z from 'zod'
import type { Services } from '../../api/items.ts'
import { ok, type Result } from '../../base/result.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { readLinkerdView } from '../destination/linkerd-view.ts'
import { readOperatorCounts } from '../destination/operator-counts.ts'
import { exitCodes, type Failure } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import { paletteFor, renderData } from '../output.ts'
import { createProgress } from '../progress.ts'
import { findRoute, parseRouteRef } from '../route-ref.ts'
import { namespacesOf, readServices } from '../snapshot.ts'
import { type OperatorEvent, readEventsOf } from '../status/events.ts'
import { statusOf } from '../status/route-status.ts'
import { sinceOf, transitionOf } from '../status/since.ts'
import { hasUnknownWaits, readWaitTimes, withWaitTimes } from '../status/wait-times.ts'
import { counterfactuals } from './counterfactuals.ts'
import type { Explanation } from './explanation.ts'
import { diagnoseRoute, isControlled, readAround } from './findings.ts'
import { notesOn } from './notes.ts'
import { explanationText } from './text.ts'

const schema = z.object({
  namespace: z.string().optional(),
  selector: z.string(),
  output: z.enum(['table', 'json', 'yaml']),
  proxies: z.boolean().default(false),
})

/**
 * Prints which rule decides a route, with what readiness, what would change it, and what is wrong around it.
 */
export async function explainRoute(
  { io, connect, globals }: Context,
  [text = '']: readonly string[],
  given: Flags,
): Promise<Ending> {
  const flags = schema.parse(given)
  const ref = parseRouteRef(text)
  if (!ref.ok) return ref
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const discovery = new DiscoverySnapshot(reading)
  const found = await findRoute(reading, ref.value, flags.namespace || cluster.value.namespace, discovery)
  if (!found.ok) return found
  const { route } = found.value
  const progress = createProgress(io)
  const readBackends = async () => {
    const read = await readServices(reading, namespacesOf([route]), progress)
    progress.clear()
    return read
  }
  const [services, around, events] = await Promise.all([
    readBackends(),
    readAround(reading, discovery, route, flags.selector, progress),
    readEventsOf(reading, route),
  ])
  progress.clear()
  const controlled = isControlled(route, around)
  if (!controlled.ok) return controlled
  if (!services.ok) return services
  const question = {
    cluster: cluster.value,
    io,
    namespace: globals.linkerdNamespace,
    routes: [route],
    readServices: readBackends,
    readCounts: () => readOperatorCounts(cluster.value, io, route),
  }
  const proxies = flags.proxies ? await readLinkerdView(question, services.value) : null
  if (io.interrupted.aborted) return ok(exitCodes.interrupted)
  const judged = judgeRoute(route, services.value.readiness, {
    today: io.clock.wallTime().getTime(),
  })
  const known = explanationOf(judged, services.value, events, {
    controlled: controlled.value,
    proxies,
    ...diagnoseRoute(judged, around, services.value, events),
  })
  const explanation = await withTimes(known, cluster.value, io)
  io.stdout.write(
    flags.output === 'table'
      ? explanationText(explanation, paletteFor(io.stdout, io.env), io.clock.wallTime().getTime())
      : await renderData(flags.output, explanation),
  )
  return ok(exitCodes.ok)
}

/** Asks the operator only if the route is its own and waits for something. */
async function withTimes(found: Explanation, cluster: Cluster, io: Io): Promise<Explanation> {
  if (!found.controlled || !hasUnknownWaits([found.route])) return found
  const times = await readWaitTimes(cluster, io, found.route)
  if (times.ok) return { ...found, route: withWaitTimes(found.route, times.value) }
  return { ...found, unseen: [...found.unseen, `when the wait ends: ${times.error}`] }
}

function explanationOf(
  judged: Judged,
  services: Services,
  events: Result<ReadonlyMap<string, OperatorEvent>, Failure>,
  found: Pick<Explanation, 'controlled' | 'findings' | 'proxies' | 'unseen'>,
): Explanation {
  const { route } = judged
  const newest = events.ok ? events.value.get('Failover') : undefined
  const since = sinceOf(route, newest && transitionOf(newest))
  return {
    route: statusOf(judged, services, since).facts,
    ...found,
    notes: notesOn(route),
    splits: judged.verdicts.map(({ split, plan }) => ({
      decided: weightsOf(applyPlan(split, plan)),
      changes: counterfactuals(split, services.readiness),
    })),
  }
}
