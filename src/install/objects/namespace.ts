import type { INamespace } from 'kubernetes-models/v1/Namespace'
import type { RawValues } from '../coalesce.ts'
import { annotations, type Input, selectorLabels } from '../manifest.ts'

/**
 * Where the command line keeps the values that it was given, for the next upgrade. Helm keeps them in a
 * Secret.
 */
export const valuesAnnotation = 'failover.linkerd.io/install-values'

/**
 * The namespace, with the label by which Linkerd finds its extensions (with Helm, a hook adds it), and with
 * the user's values.
 */
export const namespace = (input: Input, overrides: RawValues = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: input.context.namespace,
      labels: { ...input.values.commonLabels, ...selectorLabels },
      ...annotations(input, remembered(overrides)),
    },
  }) satisfies INamespace

const remembered = (overrides: RawValues): Record<string, string> =>
  Object.keys(overrides).length === 0 ? {} : { [valuesAnnotation]: JSON.stringify(overrides) }
