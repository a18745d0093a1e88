import { err, ok, type Result } from '../base/result.ts'
import { coalesce, type RawValues } from './coalesce.ts'
import { defaultValues } from './defaults.ts'
import type { Input, InstallContext, Manifest } from './manifest.ts'
import {
  admissionPolicy,
  admissionPolicyBinding,
  profileAdmissionPolicy,
  profileAdmissionPolicyBinding,
} from './objects/admission-policy.ts'
import { clusterRole, clusterRoleBinding } from './objects/cluster-role.ts'
import { deployment } from './objects/deployment.ts'
import { drainCrd } from './objects/drain-crd.ts'
import { failoverPolicyCrd } from './objects/failover-policy-crd.ts'
import { grafanaConfigMap } from './objects/grafana.ts'
import { leaseRole, leaseRoleBinding } from './objects/lease-role.ts'
import { linksRole, linksRoleBinding } from './objects/links-role.ts'
import { podMonitor, prometheusRule, service, serviceMonitor } from './objects/monitors.ts'
import { namespaceMetadata } from './objects/namespace-metadata.ts'
import { networkPolicy } from './objects/network-policy.ts'
import { notificationsConfigMap, notifies } from './objects/notifications.ts'
import { podDisruptionBudget } from './objects/pod-disruption-budget.ts'
import { policyEditRole, policyViewRole } from './objects/policy-roles.ts'
import { serviceAccount } from './objects/service-account.ts'
import { valueProblem } from './value-problem.ts'
import { type Values, valuesSchema } from './values.ts'

/** Merges the user's values into the defaults, and checks the result. Reports all problems at once. */
export function readValues(overrides: RawValues): Result<Values, readonly string[]> {
  const values = coalesce(defaultValues, overrides)
  const parsed = valuesSchema.safeParse(values)
  if (!parsed.success) return err(parsed.error.issues.map((issue) => valueProblem(issue, values)))
  const { replicas, leaderElection } = parsed.data
  if (replicas > 1 && !leaderElection.enabled)
    return err([
      `replicas: ${replicas} replicas need leaderElection.enabled, or all of them would write weights`,
    ])
  const { periodMs, timeoutMs } = parsed.data.multicluster.gatewayProbe
  if (timeoutMs >= periodMs)
    return err([`multicluster.gatewayProbe.timeoutMs: ${timeoutMs} must be less than periodMs, ${periodMs}`])
  return ok(parsed.data)
}

/**
 * The objects of the extension, in an order in which they can be created; the same that the chart gives. Those
 * that only Helm needs (see `namespaceMetadata`) come from `renderHooks`.
 */
export function render(values: Values, context: InstallContext): Manifest[] {
  const input: Input = { values, context }
  const on = (condition: boolean, ...objects: readonly ((input: Input) => Manifest)[]) =>
    condition ? objects.map((object) => object(input)) : []
  return [
    ...on(values.policies.enabled, drainCrd, failoverPolicyCrd, policyEditRole, policyViewRole),
    ...on(true, serviceAccount, clusterRole, clusterRoleBinding),
    ...on(values.leaderElection.enabled, leaseRole, leaseRoleBinding),
    ...on(values.multicluster.clusters.length > 0, linksRole, linksRoleBinding),
    ...on(values.admissionPolicy.enabled, admissionPolicy, admissionPolicyBinding),
    ...on(
      values.admissionPolicy.enabled && values.smi.serviceProfiles,
      profileAdmissionPolicy,
      profileAdmissionPolicyBinding,
    ),
    ...on(values.networkPolicy.enabled, networkPolicy),
    ...on(values.podDisruptionBudget.enabled && values.replicas > 1, podDisruptionBudget),
    ...on(values.serviceMonitor.enabled, service, serviceMonitor),
    ...on(values.podMonitor.enabled, podMonitor),
    ...on(values.prometheusRule.enabled, prometheusRule),
    ...on(values.grafanaDashboard.enabled, grafanaConfigMap),
    ...on(notifies(input), notificationsConfigMap),
    ...on(true, deployment),
  ]
}

/** What Helm runs once after an installation, unless it is turned off. */
export const renderHooks = (values: Values, context: InstallContext): Manifest[] =>
  values.namespaceMetadata.enabled ? namespaceMetadata({ values, context }) : []
