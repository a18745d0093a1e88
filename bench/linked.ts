import { defaultValues } from '../src/install/defaults.ts'
import { name as operatorName } from '../src/install/manifest.ts'
import { linksRole, linksRoleBinding } from '../src/install/objects/links-role.ts'
import { at, handMade, slice, slices } from '../test/e2e/objects.ts'
import type { Stand } from './stand.ts'

/** Of the Services that are in every linked cluster: as long as a name usually is. */
export const storeName = (index: number): string => `storefront-orders-${index}`

const namespace = defaultValues.linkerdNamespace
const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`

/** Links the stand's cluster with others, each by the text of a kubeconfig, and lets the operator read them. */
export async function link({ controlPlane }: Stand, clusters: ReadonlyMap<string, string>): Promise<void> {
  const { api } = controlPlane
  const values = {
    ...defaultValues,
    multicluster: { ...defaultValues.multicluster, clusters: [...clusters.keys()] },
  }
  const input = { values, context: { namespace: operatorName, release: operatorName, version: 'bench' } }
  await api.ensure('/api/v1/namespaces', { metadata: { name: namespace } })
  // Another scenario in this cluster may have linked others.
  const role = linksRole(input)
  await api.ensure(`${rbac}/roles`, { ...role })
  await api.patch(`${rbac}/roles/${role.metadata.name}`, { rules: role.rules })
  await api.ensure(`${rbac}/rolebindings`, { ...linksRoleBinding(input) })
  for (const [cluster, kubeconfig] of clusters) {
    await api.create(`/api/v1/namespaces/${namespace}/secrets`, {
      type: 'mirror.linkerd.io/remote-kubeconfig',
      metadata: { name: `cluster-credentials-${cluster}` },
      data: { kubeconfig: Buffer.from(kubeconfig).toString('base64') },
    })
  }
}

/**
 * Adds a route over two Services: the primary of that name is federated, with a member of that name in each of these
 * clusters and none here; the secondary is here, and ready.
 */
export async function addFarPair(stand: Stand, name: string, clusters: readonly string[]): Promise<void> {
  const { api } = stand.controlPlane
  const members = clusters.map((cluster) => `${name}@${cluster}`).join()
  const annotations = { 'multicluster.linkerd.io/remote-discovery': members }
  const spec = { clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 8080 }] }
  await api.create(at('v1', 'services'), { metadata: { name, annotations }, spec })
  await addRoute(stand, name)
}

/** Adds the route of that name, and its secondary `NAME-b`, which is ready. */
export async function addRoute(stand: Stand, name: string): Promise<void> {
  const { api } = stand.controlPlane
  await api.create(at('v1', 'services'), handMade(`${name}-b`))
  await api.create(at(slices, 'endpointslices'), slice(`${name}-b`, 1, 1))
  await stand.kind.add(api, name)
}
