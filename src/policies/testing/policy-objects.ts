/** A reference to a target, as policies write it. */
export const targets = {
  mesh: { group: 'failover.linkerd.io', kind: 'Mesh', name: 'default' },
  namespace: (name: string) => ({ group: '', kind: 'Namespace', name }),
  service: (name: string) => ({ group: '', kind: 'Service', name }),
  split: (name: string) => ({ group: 'split.smi-spec.io', kind: 'TrafficSplit', name }),
  http: (name: string) => ({ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name }),
}

/** A FailoverPolicy (`namespace/name`) as the API server has it; `createdAt` in seconds of 2026. */
export function policyObject(key: string, spec: Readonly<Record<string, unknown>>, createdAt = 0) {
  const [namespace = '', name = ''] = key.split('/')
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + createdAt * 1000).toISOString()
  return {
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'FailoverPolicy',
    metadata: { namespace, name, uid: `uid-${key}-${createdAt}`, generation: 1, creationTimestamp },
    spec,
  }
}
