import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import { credentialsSecretOf, linkNames } from '../base/names.ts'
import { drainNames } from '../policies/drain.ts'
import { policyNames } from '../policies/failover-policy.ts'
import { codecs } from '../routes/codecs.ts'
import { name } from './manifest.ts'

/** What is watched, and what is asked for it: a list to begin with, and a watch. Nothing is read by name. */
const followed = ['list', 'watch']

/** The kinds of routes by API group, so that each group is one rule. */
export const routeGroups = [...new Set(codecs.map(({ group }) => group))].map((group) => ({
  group,
  plurals: codecs.filter((codec) => codec.group === group).map(({ plural }) => plural),
}))

const routeRules: readonly IPolicyRule[] = routeGroups.map(({ group, plurals }) => ({
  apiGroups: [group],
  resources: plurals,
  verbs: [...followed, 'patch'],
}))

/**
 * What the operator may always do in every namespace; no more than it does, which the audit log proves in a
 * test.
 */
export const clusterRules: readonly IPolicyRule[] = [
  { apiGroups: [''], resources: ['services', 'endpoints'], verbs: followed },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: followed },
  ...routeRules,
  { apiGroups: ['linkerd.io'], resources: ['serviceprofiles'], verbs: followed },
  { apiGroups: [linkNames.group], resources: [linkNames.plural], verbs: followed },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  // Its own Events, which only the core group selects by who reported them in every version.
  { apiGroups: [''], resources: ['events'], verbs: ['list'] },
]

/** What writing ServiceProfiles needs besides. A name cannot limit `create`. */
export const profileRules: readonly IPolicyRule[] = [
  { apiGroups: ['linkerd.io'], resources: ['serviceprofiles'], verbs: ['create', 'patch'] },
]

/** What following Drains and policies needs besides; their status is all of them that is written. */
export const policyRules: readonly IPolicyRule[] = [
  { apiGroups: [policyNames.group], resources: [drainNames.plural, policyNames.plural], verbs: followed },
  {
    apiGroups: [policyNames.group],
    resources: [`${drainNames.plural}/status`, `${policyNames.plural}/status`],
    verbs: ['patch'],
  },
]

/**
 * What is needed to follow the credentials of linked clusters, in Linkerd's namespace. With a field selector
 * for the name, `list` and `watch` can be limited to names too.
 */
export const linkRules = (clusters: readonly string[]): readonly IPolicyRule[] => [
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: clusters.map(credentialsSecretOf),
    verbs: followed,
  },
]

/** What leader election needs in the namespace of the release. A name cannot limit `create`. */
export const leaseRules: readonly IPolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: [name],
    verbs: ['get', 'update'],
  },
]
