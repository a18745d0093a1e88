import type { RouteFacts } from '../../api/schema.ts'
import type { ReadinessOf } from '../../core/types.ts'
import { countsGateways, ignoredAnnotation, notInAnyTier } from '../../routes/policy/findings.ts'
import type { Route } from '../../routes/route.ts'

/** What would be wrong with a route, as `-o json` shows it. */
export interface Note extends Pick<RouteFacts, 'kind' | 'namespace' | 'name'> {
  readonly message: string
}

/** What would be wrong with routes by their policies, and is not so now. */
export function newProblems(
  before: readonly Route[],
  after: readonly Route[],
  readiness: ReadinessOf,
): readonly Note[] {
  return after.flatMap((route, index) => {
    const old = before[index]
    const known = new Set(old ? problemsOf(old, readiness) : [])
    const { kind, namespace, name } = route
    return problemsOf(route, readiness)
      .filter((message) => !known.has(message))
      .map((message) => ({ kind, namespace, name, message }))
  })
}

function problemsOf(route: Route, readiness: ReadinessOf): readonly string[] {
  return [
    ...route.splits.flatMap(({ problem }) => problem ?? []),
    ...[ignoredAnnotation, notInAnyTier, countsGateways].flatMap((rule) => rule(route, { readiness })),
  ]
}
