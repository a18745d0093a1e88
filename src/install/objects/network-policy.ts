import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { type Input, namespacedMetadata, selectorLabels } from '../manifest.ts'
import { adminPort } from './container.ts'

/** Ports of Linkerd's proxy: traffic of the mesh, and the proxy's own metrics. */
const proxyPorts = [4143, 4191]

/** Only the admin port and the proxy of the operator can be reached. */
export function networkPolicy(input: Input) {
  const { ingressFrom, egress } = input.values.networkPolicy
  const ports = [adminPort.containerPort, ...proxyPorts].map((port) => ({ port, protocol: 'TCP' as const }))
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: namespacedMetadata(input),
    spec: {
      podSelector: { matchLabels: selectorLabels },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports, ...(ingressFrom.length > 0 ? { from: ingressFrom } : {}) }],
      egress,
    },
  } satisfies INetworkPolicy
}
