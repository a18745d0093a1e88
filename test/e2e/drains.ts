import { name as operatorName } from '../../src/install/manifest.ts'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { applyInstalled, isServed, type Kubectl, kubectlOf } from './own-kinds.ts'

/** The name of the definition of the kind. */
export const drainDefinition = 'drains.failover.linkerd.io'

/** Flags of an operator that follows Drains; those of its own namespace are for all routes. */
export const drainFlags = [
  '--leader-elect',
  '--leader-elect-resource-namespace',
  operatorName,
  '--policies',
  operatorName,
]

/** What tests do with Drains, as somebody with `kubectl` does it. */
export interface Drains {
  readonly kubectl: Kubectl
  /** Resolves when the kind is served. */
  readonly installKind: () => Promise<void>
  /** Gives the operator and people the permissions that an installation with Drains has. */
  readonly grant: () => Promise<void>
  readonly drain: (...args: Parameters<typeof drainOf>) => Promise<string>
  readonly undrain: (name: string, namespace?: string) => Promise<string>
}

export const soon = (ms: number) => new Date(Date.now() + ms).toISOString()

/** A Drain that is valid but for what `spec` says; it lasts for an hour. */
export const drainOf = (
  name: string,
  spec: Readonly<Record<string, unknown>>,
  namespace: string = operatorName,
) => ({
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'Drain',
  metadata: { namespace, name },
  spec: { until: soon(3_600_000), reason: 'CHG-1: a test', ...spec },
})

export function drainsIn(controlPlane: Pick<ControlPlane, 'kubectl'>): Drains {
  const kubectl = kubectlOf(controlPlane)
  return {
    kubectl,
    installKind: async () => {
      await applyInstalled(kubectl, 'CustomResourceDefinition')
      await isServed(kubectl, drainDefinition)
    },
    grant: () => applyInstalled(kubectl, 'ClusterRole'),
    drain: (...args) => kubectl(['apply', '-f', '-'], drainOf(...args)),
    undrain: (name, namespace = operatorName) => kubectl(['delete', 'drain', name, '--namespace', namespace]),
  }
}
