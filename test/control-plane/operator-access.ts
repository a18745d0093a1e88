import { z } from 'zod'
import type { Api, Body } from './api.ts'

const name = 'linkerd-failover'
const rbac = 'rbac.authorization.k8s.io'

/** All that the operator may do: what a cluster should grant it, and no more. */
const rules = [
  { apiGroups: [''], resources: ['services', 'endpoints'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
  {
    apiGroups: ['split.smi-spec.io'],
    resources: ['trafficsplits'],
    verbs: ['get', 'list', 'watch', 'patch'],
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'get'] },
]

const objects: readonly (readonly [path: string, body: Body])[] = [
  ['/api/v1/namespaces', { metadata: { name } }],
  [`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name } }],
  [`/apis/${rbac}/v1/clusterroles`, { metadata: { name }, rules }],
  [
    `/apis/${rbac}/v1/clusterrolebindings`,
    {
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: name }],
    },
  ],
]

const tokenRequest = z.object({ status: z.object({ token: z.string() }) })

/** Creates the operator's ServiceAccount with its role where they are missing; returns a fresh token for it. */
export async function grantOperator(api: Api): Promise<string> {
  for (const [path, body] of objects) await api.ensure(path, body)
  const path = `/api/v1/namespaces/${name}/serviceaccounts/${name}/token`
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 7200 },
  }
  return (await api.post(path, request, tokenRequest)).status.token
}
