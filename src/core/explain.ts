import type { Decision, Observation, Readiness, RuleName, ServiceKey, Split } from './types.ts'

/** When each rule applies, in the order in which they are asked. */
export const ruleTexts: Readonly<Record<RuleName, string>> = {
  Paused: 'its annotation says that it is paused',
  Misconfigured: 'it cannot be understood',
  Unknown: 'nobody can say whether the primary can serve',
  PrimaryReady: 'the primary has a ready endpoint',
  SecondariesReady: 'the primary is down, and a secondary is ready',
  NothingReady: 'the primary is down, and no secondary is ready',
}

/**
 * A decision as one sentence that a person understands, without the route's name: "fails over: shop/web has 0
 * of 3 endpoints ready; shop/web-east and shop/web-asia share".
 */
export function explain(observation: Observation, decision: Decision): string {
  return `${headOf(decision)}: ${reasonOf(observation, decision)}`
}

function headOf({ kind, rule }: Decision): string {
  if (kind === 'hold') return rule === 'Misconfigured' ? 'holds: misconfigured' : 'holds'
  if (rule === 'NothingReady') return 'repairs weights that were all zero'
  return kind === 'primary' ? 'on its primary' : 'fails over'
}

/** The part of `explain` that says why: which Services are ready, and who serves. */
export function reasonOf({ split, readiness }: Observation, decision: Decision): string {
  const primary = split.primary ?? 'the primary'
  const state = describe(primary, readiness(primary))
  switch (decision.rule) {
    case 'Paused':
      return 'paused by its annotation'
    case 'Misconfigured':
      return (decision.kind === 'hold' && decision.why) || 'it cannot be understood'
    case 'Unknown':
      return `the readiness of ${primary} is not known yet`
    case 'PrimaryReady':
      return state
    case 'SecondariesReady':
      return decision.kind === 'hold' ? state : `${state}; ${shares(servicesOf(split, decision.active))}`
    case 'NothingReady':
      return decision.kind === 'hold'
        ? `${state}, and no secondary is ready`
        : `no backend is ready; ${primary} gets the traffic back`
  }
}

const servicesOf = (split: Split, indexes: readonly number[]): ServiceKey[] => [
  ...new Set(indexes.flatMap((index) => split.backends[index]?.service ?? [])),
]

function describe(service: ServiceKey, readiness: Readiness): string {
  if (readiness.state === 'unknown') return `the readiness of ${service} is unknown`
  if (readiness.total === 0) return `${service} has no endpoints`
  return `${service} has ${readiness.ready} of ${readiness.total} endpoints ready`
}

function shares(services: readonly ServiceKey[]): string {
  const [only] = services
  if (services.length === 1) return `${only} takes over`
  return `${services.slice(0, -1).join(', ')} and ${services.at(-1)} share`
}
