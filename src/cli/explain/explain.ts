import * as z from 'zod'
import type { Services } from '../../api/items.ts'
import { ok, type Result } from '../../base/result.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import { objectKey } from '../../policies/object.ts'
import { type Judged, judgeRoute, type RouteCircumstances } from '../../routes/judge.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import type { RouteEvent } from '../../routes/since.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { readLinkerdView } from '../destination/linkerd-view.ts'
import { readOperatorCounts } from '../destination/operator-counts.ts'
import { drainsConcerning } from '../drains/concerning.ts'
import { indexOf, readDrains } from '../drains/read-drains.ts'
import { exitCodes, type Failure } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import { paletteFor, renderData } from '../output.ts'
import { massEventText } from '../policies/mass-event.ts'
import { pastOf } from '../policies/past.ts'
import { type PoliciesRead, readPolicies, withPolicies } from '../policies/read-policies.ts'
import { wouldNow } from '../policies/would.ts'
import { createProgress } from '../progress.ts'
import { findNamedRoute } from '../route-ref.ts'
import { namespacesOf, readServices } from '../snapshot.ts'
import { readEventsOf } from '../status/events.ts'
import { isHeld, mayBeHeld } from '../status/held.ts'
import {
  hasUnknownWaits,
  isForOperator,
  isHeldBy,
  readOperatorTimes,
  withOperatorTimes,
} from '../status/operator-times.ts'
import { beganOf, statusOf } from '../status/route-status.ts'
import { weightInEffect } from '../status/table.ts'
import { writtenTimes } from '../status/written-times.ts'
import { counterfactuals } from './counterfactuals.ts'
import type { Explanation } from './explanation.ts'
import { diagnoseRoute, isControlled, readAround } from './findings.ts'
import { downGatewayIn, readGateways } from './gateways.ts'
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
  context: Context,
  words: readonly string[],
  given: Flags,
): Promise<Ending> {
  const flags = schema.parse(given)
  const found = await findNamedRoute(context, words, flags.namespace)
  if (!found.ok) return found
  const { io, globals } = context
  const { cluster, reading, discovery, route: declared } = found.value
  const progress = createProgress(io)
  const readBackends = async () => {
    const read = await readServices(reading, namespacesOf([declared]), progress)
    progress.clear()
    return read
  }
  const [services, drains, policies, around, events] = await Promise.all([
    readBackends(),
    readDrains(reading, declared.namespace, discovery),
    readPolicies(reading, declared.namespace, discovery),
    readAround(reading, discovery, declared, flags.selector, progress),
    readEventsOf(reading, declared),
  ])
  progress.clear()
  const controlled = isControlled(declared, around)
  if (!controlled.ok) return controlled
  if (!services.ok) return services
  const route = withPolicies(declared, policies, services.value)
  const question = {
    cluster,
    io,
    namespace: globals.linkerdNamespace,
    routes: [route],
    readServices: readBackends,
    readCounts: () => readOperatorCounts(cluster, io, route),
  }
  const proxies = flags.proxies ? await readLinkerdView(question, services.value) : null
  if (io.interrupted.aborted) return ok(exitCodes.interrupted)
  const today = io.clock.wallTime().getTime()
  const index = indexOf(drains, services.value, today)
  const past = pastOf(route, policies, today)
  const circumstances = { today, drained: index.of(route.namespace), past }
  const judged = judgeRoute(route, services.value.readiness, circumstances)
  const asked = await readGateways([route], services.value, cluster, io)
  const known = { ...services.value, downGateway: downGatewayIn(asked, services.value) }
  const { findings, unseen } = diagnoseRoute(judged, around, known, events)
  const untimed = explanationOf(judged, services.value, events, circumstances, {
    controlled: controlled.value,
    dryRuns: policies.index.dryRunsOf(placeOfRoute(route)).map(objectKey),
    proxies,
    findings,
    drains: drainsConcerning(route, { ...drains, index }, today),
    unseen: [...new Set([...unseen, ...drains.unseen, ...policies.unseen])],
  })
  const timed = await withTimes(untimed, { judged, policies, today }, cluster, io)
  const explanation = { ...timed, ...asked, unseen: [...timed.unseen, ...asked.unseen] }
  io.stdout.write(
    flags.output === 'table'
      ? context.advised(tableOf(explanation, io, today))
      : await renderData(flags.output, explanation),
  )
  return ok(exitCodes.ok)
}

const tableOf = (explanation: Explanation, io: Io, today: number): string =>
  explanationText(explanation, paletteFor(io.stdout, io.env), today)

/** What a route was judged by. */
interface Asked {
  readonly judged: Judged
  readonly policies: PoliciesRead
  /** Epoch, ms. */
  readonly today: number
}

/** Asks the operator only if the route is its own, and there is something that it alone can know. */
async function withTimes(
  found: Explanation,
  { judged, policies, today }: Asked,
  cluster: Cluster,
  io: Io,
): Promise<Explanation> {
  if (!found.controlled || !isForOperator([found.route])) return found
  const times = await readOperatorTimes(cluster, io, found.route)
  if (times.ok) return asHeld({ ...found, route: withOperatorTimes(found.route, times.value) })
  const written = writtenTimes([judged], policies, today)
  const route = withOperatorTimes(found.route, written)
  const doubt = mayBeHeld([judged], policies, (_, where) => isHeldBy(written, route, where))
  const unknown = [
    ...(written.waits.size + written.held.size > 0
      ? ['whether it still waits, as the operator wrote in its FailoverPolicy']
      : []),
    ...(hasUnknownWaits([route]) ? ['when the wait ends'] : []),
    ...(doubt ? [doubtText(doubt.policy, massEventText(policies) !== undefined)] : []),
  ]
  const unseen = [...found.unseen, ...unknown.map((what) => `${what}: ${times.error}`)]
  return asHeld({ ...found, route, unseen })
}

const doubtText = (policy: string, isMassEvent: boolean): string =>
  `whether limits of FailoverPolicy ${policy}${isMassEvent ? ', which hold a mass event,' : ''} hold up its move, which is not needed`

/** What is held keeps its weights. */
const asHeld = (found: Explanation): Explanation => ({
  ...found,
  splits: found.splits.map((split, position) => {
    const item = found.route.splits[position]
    return item && isHeld(item) ? { ...split, decided: item.backends.map(weightInEffect) } : split
  }),
})

function explanationOf(
  judged: Judged,
  services: Services,
  events: Result<readonly RouteEvent[], Failure>,
  { past, ...circumstances }: RouteCircumstances & { readonly today: number },
  found: Pick<Explanation, 'controlled' | 'drains' | 'dryRuns' | 'findings' | 'proxies' | 'unseen'>,
): Explanation {
  const { route } = judged
  const began = beganOf(judged, events.ok ? events.value : [], circumstances.today)
  return {
    route: statusOf(judged, services, began).facts,
    ...found,
    gateways: null,
    notes: notesOn(route),
    splits: judged.verdicts.map(({ split, plan }, position) => ({
      decided: weightsOf(applyPlan(split, plan)),
      dryRun: wouldNow(route.splits[position] ?? split, services.readiness, circumstances),
      changes: counterfactuals(route.splits[position] ?? split, services.readiness, {
        ...circumstances,
        past: past?.(position),
      }),
    })),
  }
}
