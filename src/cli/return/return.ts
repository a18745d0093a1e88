import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { Wait } from '../../core/policy/types.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import { routeKey, routeTitle } from '../../routes/key.ts'
import { type Route, returnApprovedAnnotation } from '../../routes/route.ts'
import { annotateRoute } from '../annotate.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { isConfirmed, nobodyToAsk } from '../confirm.ts'
import { badAnswer, exitCodes, type Failure } from '../failure.ts'
import { paletteFor, renderData } from '../output.ts'
import { pastOf } from '../policies/past.ts'
import { findNamedRoute } from '../route-ref.ts'
import { type Snapshot, takeSnapshot } from '../snapshot.ts'
import { effectOn, type Fate, totalsOf } from '../what-if/effects.ts'
import { effectsText } from '../what-if/table.ts'

const schema = z.object({
  namespace: z.string().optional(),
  selector: z.string(),
  yes: z.boolean().default(false),
  output: z.enum(['table', 'json', 'yaml']),
})

/** What waits for approval in a route. */
interface Waiting {
  readonly judged: Judged
  /** The Services that would serve again. */
  readonly services: readonly string[]
  /** When the last of what waits was lost (epoch ms). */
  readonly lostAt: number
}

/** Shows what would move if a return were approved, asks, and approves it. */
export async function approveReturn(
  context: Context,
  words: readonly string[],
  given: Flags,
): Promise<Ending> {
  const { io } = context
  const flags = schema.parse(given)
  if (!flags.yes && !io.ask) return err(nobodyToAsk('run it again with --yes'))
  const found = await findNamedRoute(context, words, flags.namespace)
  if (!found.ok) return found
  const { reading, route } = found.value
  const snapshot = await takeSnapshot(reading, { selector: flags.selector, namespace: route.namespace }, io)
  if (!snapshot.ok) return snapshot
  const waiting = waitingOf(route, snapshot.value)
  if (!waiting.ok) return waiting
  const { judged, services, lostAt } = waiting.value
  // If the clock here is behind that of the operator, what was lost must be before it all the same.
  const approvedAt = Math.max(snapshot.value.today, lostAt + 1)
  const fate = fateOf(judged, snapshot.value, approvedAt)
  const routes = [fate.route]
  if (flags.output === 'table')
    io.stdout.write(`${effectsText([fate], totalsOf(routes), paletteFor(io.stdout, io.env))}\n`)
  const back = `${routeTitle(route)} to ${services.join(', ')}`
  if (!flags.yes && !(await isConfirmed(io, `Approve the return of ${back}?`))) return err(notWanted)
  const time = new Date(approvedAt).toISOString()
  const written = await annotateRoute(reading, found.value, { [returnApprovedAnnotation]: time })
  if (!written.ok) return written
  const { kind, namespace, name } = route
  const data = {
    route: { kind, namespace, name },
    approvedAt: time,
    whatIf: { routes, totals: totalsOf(routes) },
  }
  io.stdout.write(
    flags.output === 'table'
      ? `approved at ${time}: the return of ${back}\n`
      : await renderData(flags.output, data),
  )
  return ok(exitCodes.ok)
}

const notWanted = badAnswer('no return is approved', 'answer y, or use --yes')

/** What of a route waits for approval; a failure that says why nothing does. */
function waitingOf(route: Route, { judged: all }: Snapshot): Result<Waiting, Failure> {
  const judged = all.find((one) => routeKey(one.route) === routeKey(route))
  if (!judged)
    return err(
      badAnswer(`the selector does not match ${routeTitle(route)}`, 'choose another with --selector'),
    )
  const { verdicts } = judged
  const waits = verdicts.flatMap(({ split, wait }) =>
    wait?.what === 'approval' ? [{ wait, service: serviceOf(split.backends, wait) }] : [],
  )
  if (waits.length > 0) {
    const services = [...new Set(waits.map(({ service }) => service))]
    return ok({ judged, services, lostAt: Math.max(...waits.map(({ wait }) => wait.lostAt)) })
  }
  const isManual = verdicts.some(({ split }) => split.policy?.isManual)
  const why = isManual
    ? verdicts.map(({ sentence }) => sentence).join('; ')
    : 'it has no FailoverPolicy with failback.mode: Manual, so traffic goes back by itself'
  return err(
    badAnswer(`nothing of ${routeTitle(route)} waits for approval: ${why}`, 'see `explain` for more'),
  )
}

const serviceOf = (backends: Judged['verdicts'][number]['split']['backends'], { backend }: Wait): string =>
  backends[backend]?.service ?? ''

/** What would become of the route once a return is approved. */
function fateOf(judged: Judged, snapshot: Snapshot, approvedAt: number): Fate {
  const { route } = judged
  const { readiness, policies, today } = snapshot
  const splits = route.splits.map((split) =>
    split.policy?.isManual ? { ...split, policy: { ...split.policy, approvedAt } } : split,
  )
  const approved = judgeRoute({ ...route, splits }, readiness, {
    ...snapshot.circumstances(route),
    past: pastOf(route, policies, today),
    today: approvedAt,
  })
  return effectOn(judged, readiness, approved, readiness)
}
