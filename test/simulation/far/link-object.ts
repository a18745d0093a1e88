import type { Access, KubeObject } from '../../../sandbox/server.ts'
import { farName } from './place.ts'

const group = 'multicluster.linkerd.io'
const version = 'v1alpha3'
const namespace = 'linkerd-multicluster'

/** The definition of Links, as far as the operator looks at them. */
export const linkCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `links.${group}` },
  spec: {
    group,
    names: { kind: 'Link', listKind: 'LinkList', plural: 'links', singular: 'link' },
    scope: 'Namespaced',
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

/** Creates or deletes the Link to the other cluster. */
export function putLink(store: Access, on: boolean): void {
  const isThere = store.get('links', namespace, farName) !== undefined
  if (isThere && !on) store.delete('links', namespace, farName)
  if (isThere || !on) return
  store.create({
    apiVersion: `${group}/${version}`,
    kind: 'Link',
    metadata: { namespace, name: farName },
    spec: {
      targetClusterName: farName,
      gatewayAddress: '192.0.2.10',
      probeSpec: { path: '/ready', port: '4191', period: '3s' },
    },
  })
}
