import { z } from 'zod'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { kubeconfig } from '../control-plane/kubeconfig.ts'

const account = 'linkerd-service-mirror-remote-access-default'
const rbac = '/apis/rbac.authorization.k8s.io/v1'
/** Where Linkerd's control plane has the credentials of its links. */
export const secrets = '/api/v1/namespaces/linkerd/secrets'

/** Creates the account of a link in the other cluster: of what Linkerd lets it read, what readiness needs. */
export async function createLinkAccount({ api }: ControlPlane): Promise<void> {
  await api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: account } })
  await api.create(`${rbac}/clusterroles`, {
    metadata: { name: account },
    rules: [
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
    ],
  })
  await api.create(`${rbac}/clusterrolebindings`, {
    metadata: { name: account },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'default' }],
  })
}

/** The Secret of a link to that cluster, with a fresh token. */
export async function linkSecret(name: string, there: ControlPlane) {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
  const path = `/api/v1/namespaces/default/serviceaccounts/${account}/token`
  const answer = await there.api.post(path, request, z.object({ status: z.object({ token: z.string() }) }))
  const text = kubeconfig(there, answer.status.token)
  return {
    type: 'mirror.linkerd.io/remote-kubeconfig',
    metadata: { name: `cluster-credentials-${name}` },
    data: { kubeconfig: Buffer.from(text).toString('base64') },
  }
}
