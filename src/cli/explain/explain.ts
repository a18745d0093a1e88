import * as z from 'zod'
import { ok, type Result } from '../../base/result.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import { judgeRoute } from '../../routes/judge.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { paletteFor, renderData } from '../output.ts'
import { createProgress } from '../progress.ts'
import { type FoundRoute, findRoute, parseRouteRef } from '../route-ref.ts'
import { namespacesOf, readServices } from '../snapshot.ts'
import { statusOf } from '../status/route-status.ts'
import { readTransitions, sinceOf } from '../status/since.ts'
import { counterfactuals } from './counterfactuals.ts'
import type { Explanation } from './explanation.ts'
import { diagnoseRoute } from './findings.ts'
import { explanationText } from './text.ts'

const schema = z.object({
  namespace: z.string().optional(),
  selector: z.string(),
  output: z.enum(['table', 'json', 'yaml']),
})

/** Prints which rule decides a route, with what readiness, what would change it, and what is wrong around it. */
export async function explainRoute(
  { io, connect }: Context,
  [text = '']: readonly string[],
  given: Flags,
): Promise<Ending> {
  const flags = schema.parse(given)
  const ref = parseRouteRef(text)
  if (!ref.ok) return ref
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const found = await findRoute(reading, ref.value, flags.namespace || cluster.value.namespace)
  if (!found.ok) return found
  const controlled = await isControlled(reading, found.value, flags.selector)
  if (!controlled.ok) return controlled
  const { route } = found.value
  const progress = createProgress(io)
  const [services, diagnosis] = await Promise.all([
    readServices(reading, namespacesOf([route]), progress),
    diagnoseRoute(reading, route, flags.selector, progress),
  ])
  progress.clear()
  if (!services.ok) return services
  const transitions = await readTransitions(reading, route.namespace)
  const since = transitions.ok ? sinceOf(route, transitions.value.get(route.uid)) : undefined
  const judged = judgeRoute(route, services.value.readiness)
  const explanation: Explanation = {
    route: statusOf(judged, services.value, since).facts,
    controlled: controlled.value,
    ...diagnosis,
    splits: judged.verdicts.map(({ split, plan }) => ({
      decided: weightsOf(applyPlan(split, plan)),
      changes: counterfactuals(split, services.value.readiness),
    })),
  }
  io.stdout.write(
    flags.output === 'table'
      ? explanationText(explanation, paletteFor(io.stdout, io.env), io.clock.wallTime().getTime())
      : await renderData(flags.output, explanation),
  )
  return ok(exitCodes.ok)
}

/** Asks the server, which knows best what a selector selects. */
async function isControlled(
  reading: Reading,
  { route, resource }: FoundRoute,
  labelSelector: string,
): Promise<Result<boolean, Failure>> {
  const { namespace, name } = route
  const fieldSelector = `metadata.name=${name}`
  const listed = await listAs(reading, { resource, namespace, labelSelector, fieldSelector }, () => true)
  return listed.ok ? ok(listed.value.length > 0) : listed
}
