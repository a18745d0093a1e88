import { counted } from '../../../base/counted.ts'
import { problemOf } from '../../../core/explain.ts'
import type { Verdict } from '../../../core/judge.ts'
import { isChosen } from '../../../core/policy/limits.ts'
import { routeTitle } from '../../../routes/key.ts'
import type { Route } from '../../../routes/route.ts'
import { defaultSelector } from '../../flags.ts'
import { mayBeHeld } from '../../status/held.ts'
import { isHeldBy, readOperatorTimes } from '../../status/operator-times.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

export const areConfigured: Check = {
  id: 'routes-configured',
  description: 'all controlled routes are configured correctly',
  meaning:
    'The operator does not change the weights of these routes, so they do not fail over. Fix the named problems in the routes; the operator notices the change by itself.',
  run: async (context) => {
    const snapshot = await context.snapshot()
    if (!snapshot.ok)
      return bad(`the routes or the readiness of their backends cannot be read: ${snapshot.error.message}`)
    const problems = snapshot.value.judged.flatMap(({ route, verdicts }) => {
      const problem = problemOf(verdicts.map(({ decision }) => decision))
      return problem === undefined ? [] : [`${routeTitle(route)}: ${problem}`]
    })
    return problems.length === 0
      ? good
      : bad(listed(`${counted(problems.length, 'is', 'are')} misconfigured:`, problems))
  },
}

export const areAsDecided: Check = {
  id: 'routes-as-decided',
  description: 'the weights of all controlled routes match the decisions',
  meaning:
    'The operator should have written other weights by now. The other checks may show why. Otherwise look at the log of the operator, and at the Events of these routes. A move that the limits of a FailoverPolicy hold up is not due: whether they do, its leader is asked.',
  retry: true,
  run: async (context) => {
    const snapshot = await context.snapshot()
    if (!snapshot.ok || !(await context.deployment())) return skipped
    const due = snapshot.value.judged.flatMap(({ route, verdicts }) =>
      verdicts.filter(({ plan }) => plan.length > 0).map((verdict) => ({ route, verdict })),
    )
    const limits = mayBeHeld(snapshot.value.judged, snapshot.value.policies)
    if (!limits) return due.length === 0 ? good : lateMoves(due)
    const cluster = await context.command.connect()
    if (!cluster.ok) return skipped
    const times = await readOperatorTimes(cluster.value, context.command.io, context)
    const late = due.filter(({ route, verdict }) =>
      times.ok ? !isHeldBy(times.value, route, verdict.split.where) : !isChosen(verdict),
    )
    if (late.length > 0) return lateMoves(late)
    return times.ok ? good : warning(listed(unsureText(due.length, limits.policy, times.error), linesOf(due)))
  },
}

type Due = { readonly route: Route; readonly verdict: Verdict }

const linesOf = (moves: readonly Due[]): string[] =>
  moves.map(({ route, verdict }) => `${routeTitle(route)} ${verdict.sentence}`)

const lateMoves = (moves: readonly Due[]) =>
  bad(listed(`${counted(moves.length, 'is', 'are')} not as decided; the decision is:`, linesOf(moves)))

const unsureText = (count: number, policy: string, why: string): string =>
  `${count} may wait for ${count === 1 ? 'its turn' : 'their turns'}, as limits of FailoverPolicy ${policy} ask; the operator did not say: ${why}:`

export const areSelected: Check = {
  id: 'routes-selected',
  description: 'the operator selects all routes with the label',
  meaning: `The operator ignores routes that have the label ${defaultSelector} with a value that its --selector does not select. The chart's default selector is the label with the name of the release as its value.`,
  run: async (context) => {
    const deployment = await context.deployment()
    if (deployment?.selector === undefined) return skipped
    const [selected, labelled] = [await context.snapshot(), await context.selectedBy(defaultSelector)]
    if (!selected.ok || !labelled.ok) return skipped
    const known = new Set(selected.value.routes.map(routeTitle))
    const missed = labelled.value.routes.map(routeTitle).filter((name) => !known.has(name))
    if (missed.length === 0) return good
    return warning(
      listed(
        `${counted(missed.length, 'is', 'are')} not selected by --selector=${deployment.selector}:`,
        missed,
      ),
    )
  },
}
