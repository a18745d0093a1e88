import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { type Input, namespacedMetadata, selectorLabels } from '../manifest.ts'

/**
 * Lets a drain of nodes take one replica at a time. A replica that is not ready protects nothing, so it may
 * go.
 */
export const podDisruptionBudget = (input: Input) =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: namespacedMetadata(input),
    spec: {
      maxUnavailable: input.values.podDisruptionBudget.maxUnavailable,
      selector: { matchLabels: selectorLabels },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  }) satisfies IPodDisruptionBudget
