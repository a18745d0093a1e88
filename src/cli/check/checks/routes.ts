import { counted } from '../../../base/counted.ts'
import { problemOf } from '../../../core/explain.ts'
import { routeTitle } from '../../../routes/key.ts'
import { defaultSelector } from '../../flags.ts'
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
    'The operator should have written other weights by now. The other checks may show why. Otherwise look at the log of the operator, and at the Events of these routes.',
  retry: true,
  run: async (context) => {
    const snapshot = await context.snapshot()
    if (!snapshot.ok || !(await context.deployment())) return skipped
    const due = snapshot.value.judged.flatMap(({ route, verdicts }) =>
      verdicts
        .filter(({ plan }) => plan.length > 0)
        .map(({ sentence }) => `${routeTitle(route)} ${sentence}`),
    )
    return due.length === 0
      ? good
      : bad(listed(`${counted(due.length, 'is', 'are')} not as decided; the decision is:`, due))
  },
}

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
