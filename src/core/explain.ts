import type { Decision, Observation, Readiness, ServiceKey } from './types.ts'

/**
 * A decision as one sentence that a person understands, without the route's name: "fails over: shop/web has 0
 * of 3 endpoints ready; shop/web-east and shop/web-asia share".
 */
export function explain({ split, readiness }: Observation, decision: Decision): string {
  const primary = split.primary ?? 'the primary'
  const primaryState = describe(primary, readiness(primary))
  if (decision.kind === 'hold') return explainHold(decision, primary, primaryState)
  const active = [...new Set(decision.active.flatMap((index) => split.backends[index]?.service ?? []))]
  if (decision.rule === 'NothingReady') {
    return `repairs weights that were all zero: no backend is ready; ${primary} gets the traffic back`
  }
  if (decision.kind === 'primary') return `on its primary: ${primaryState}`
  return `fails over: ${primaryState}; ${shares(active)}`
}

function explainHold(
  decision: Decision & { kind: 'hold' },
  primary: ServiceKey,
  primaryState: string,
): string {
  switch (decision.rule) {
    case 'Paused':
      return 'holds: paused by its annotation'
    case 'Misconfigured':
      return `holds: misconfigured: ${decision.why ?? 'it cannot be understood'}`
    case 'Unknown':
      return `holds: the readiness of ${primary} is not known yet`
    default:
      return `holds: ${primaryState}, and no secondary is ready`
  }
}

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
