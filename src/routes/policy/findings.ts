import { asksForMore } from '../../core/policy/threshold.ts'
import { tierOf } from '../../core/policy/tiers.ts'
import type { Backend, ServiceKey, Split } from '../../core/types.ts'
import { type DiagnosisInput, unique } from '../finding.ts'
import { ignoredPause } from '../pause.ts'
import { minReadyAnnotation, type Route, tiersAnnotation } from '../route.ts'
import { readPolicy } from './annotations.ts'
import { ignoredApproval } from './approval.ts'

/** What of a route's policy does not do what its owner thinks. */
type PolicyRule = (route: Route, around: Pick<DiagnosisInput, 'readiness'>) => readonly string[]

export const ignoredAnnotation: PolicyRule = ({ annotations = {}, ignored = [] }) => {
  const unread = [
    ...(readPolicy(annotations)?.ignored ?? []),
    ...ignoredPause(annotations),
    ...ignoredApproval(annotations),
  ]
  return [...unread.map(({ message }) => message), ...ignored]
}

export const notInAnyTier: PolicyRule = ({ splits }) =>
  servicesWith(
    splits,
    ({ policy }, _, index) => policy !== undefined && tierOf(policy, index) === policy.tiers.length,
  ).map(
    (service) =>
      `the Service ${service} is in none of the tiers, so it never gets traffic; name it in one, or end the tiers with the rest: "; *" in the annotation ${tiersAnnotation}, "rest: {}" in a FailoverPolicy`,
  )

export const countsGateways: PolicyRule = ({ splits }, around) =>
  servicesWith(
    splits,
    ({ policy }, backend) => policy !== undefined && asksForMore(policy) && isGateways(backend, around),
  ).map(
    (service) =>
      `the Service ${service} is mirrored through a gateway, so how many of its Pods are ready is not known here: for it ${minReadyAnnotation} means that the gateway is ready; mirror it by remote discovery if the number matters`,
  )

/** The Services of the backends that are as `test` says, each once. */
const servicesWith = (
  splits: readonly Split[],
  test: (split: Split, backend: Backend, index: number) => boolean,
): ServiceKey[] =>
  unique(
    splits.flatMap((split) =>
      split.backends.flatMap((backend, index) => (test(split, backend, index) ? [backend.service] : [])),
    ),
  )

function isGateways(backend: Backend, { readiness }: Pick<DiagnosisInput, 'readiness'>): boolean {
  const known = readiness(backend)
  return known.state === 'ready' && known.gateways === true
}
