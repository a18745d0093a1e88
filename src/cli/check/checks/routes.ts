import { problemOf } from '../../../core/explain.ts'
import type { Route } from '../../../routes/route.ts'
import { defaultSelector } from '../../flags.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

const nameOf = ({ kind, namespace, name }: Route): string => `${kind} ${namespace}/${name}`

export const areConfigured: Check = {
  id: 'routes-configured',
  description: 'all controlled routes can be understood',
  meaning:
    'The weights of these routes are left alone, so they have no protection. Their owners mend what is named; the operator notices by itself.',
  run: async (bench) => {
    const snapshot = await bench.snapshot()
    if (!snapshot.ok) return bad(`routes and readiness cannot be read: ${snapshot.error.message}`)
    const problems = snapshot.value.judged.flatMap(({ route, verdicts }) => {
      const problem = problemOf(verdicts.map(({ decision }) => decision))
      return problem === undefined ? [] : [`${nameOf(route)}: ${problem}`]
    })
    return problems.length === 0 ? good : bad(listed(`${count(problems)} misconfigured:`, problems))
  },
}

const count = ({ length }: readonly unknown[]): string => (length === 1 ? '1 is' : `${length} are`)

export const areAsDecided: Check = {
  id: 'routes-as-decided',
  description: 'the weights of all controlled routes are as decided',
  meaning:
    'The operator should have written other weights by now. Look at its log, and at the Events of these routes; the other checks may tell why.',
  retry: true,
  run: async (bench) => {
    const snapshot = await bench.snapshot()
    if (!snapshot.ok || !(await bench.deployment())) return skipped
    const due = snapshot.value.judged.flatMap(({ route, verdicts }) =>
      verdicts.filter(({ plan }) => plan.length > 0).map(({ sentence }) => `${nameOf(route)} ${sentence}`),
    )
    return due.length === 0 ? good : bad(listed(`${count(due)} not, and should be:`, due))
  },
}

export const areSelected: Check = {
  id: 'routes-selected',
  description: 'all routes with the label are selected by the operator',
  meaning: `Routes that carry the label ${defaultSelector}, but not as the operator's --selector wants it, are left alone. The chart's selector is the name of its release, unless told otherwise.`,
  run: async (bench) => {
    const deployment = await bench.deployment()
    if (deployment?.selector === undefined) return skipped
    const [selected, labelled] = [await bench.snapshot(), await bench.selectedBy(defaultSelector)]
    if (!selected.ok || !labelled.ok) return skipped
    const known = new Set(selected.value.routes.map(nameOf))
    const missed = labelled.value.routes.map(nameOf).filter((name) => !known.has(name))
    if (missed.length === 0) return good
    return warning(listed(`${count(missed)} not, by --selector=${deployment.selector}:`, missed))
  },
}
