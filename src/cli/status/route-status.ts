import type { RuleName } from '../../core/decide.ts'
import type { Verdict } from '../../core/judge.ts'
import { isPrimary, knownOf, weightOf } from '../../core/split.ts'
import { type RouteState, stateOf } from '../../core/state.ts'
import type { Readiness, ServiceKey, Split } from '../../core/types.ts'
import type { Judged } from '../../routes/judge.ts'

/** One backend, as `-o json` shows it. */
export interface BackendStatus {
  readonly service: ServiceKey
  readonly primary: boolean
  readonly weight: number
  readonly readiness: Readiness['state']
  /** Counts of endpoints; null where nobody in this cluster knows. */
  readonly ready: number | null
  readonly total: number | null
}

/** One split: the only one of a TrafficSplit, one for each rule of other kinds. */
export interface SplitStatus {
  /** Which of several splits it is (`spec.rules[1]`); null where there is but one. */
  readonly label: string | null
  readonly state: RouteState
  readonly rule: RuleName
  readonly why: string
  /** The weights are not yet what was decided. */
  readonly due: boolean
  readonly backends: readonly BackendStatus[]
}

/** One route, as `-o json` shows it. */
export interface RouteStatus {
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly state: RouteState
  readonly due: boolean
  /** ISO 8601; null where it is not known. */
  readonly since: string | null
  readonly splits: readonly SplitStatus[]
}

type ReadinessOf = (service: ServiceKey) => Readiness

/** How a route stands; `since` is epoch ms. */
export function statusOf(
  { route, verdicts }: Judged,
  readiness: ReadinessOf,
  since: number | undefined,
): RouteStatus {
  const splits = verdicts.map((verdict) => splitStatus(verdict, readiness))
  return {
    namespace: route.namespace,
    kind: route.kind,
    name: route.name,
    state: stateOf(verdicts.map(({ decision }) => decision)),
    due: splits.some(({ due }) => due),
    since: since === undefined ? null : new Date(since).toISOString(),
    splits,
  }
}

function splitStatus(verdict: Verdict, readiness: ReadinessOf): SplitStatus {
  const { split, decision, plan, reason } = verdict
  return {
    label: split.where ?? null,
    state: decision.state,
    rule: decision.rule,
    why: reason,
    due: plan.length > 0,
    backends: backendsOf(split, readiness),
  }
}

/** The backends of a split in their order, each with what is known of it. */
export const backendsOf = (split: Split, readiness: ReadinessOf): BackendStatus[] =>
  split.backends.map((backend) => {
    const known = knownOf(backend, readiness)
    const counts =
      known.state === 'unknown' ? { ready: null, total: null } : { ready: known.ready, total: known.total }
    return {
      service: backend.service,
      primary: isPrimary(split, backend),
      weight: weightOf(split, backend),
      readiness: known.state,
      ...counts,
    }
  })
