import type { INamespace } from 'kubernetes-models/v1/Namespace'
import { annotations, type Input, selectorLabels } from '../manifest.ts'

/** The namespace, with the label by which Linkerd finds its extensions. Helm's hook puts it there instead. */
export const namespace = (input: Input) =>
  ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: input.context.namespace,
      labels: { ...input.values.commonLabels, ...selectorLabels },
      ...annotations(input),
    },
  }) satisfies INamespace
