import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { type Input, namespacedMetadata } from '../manifest.ts'

/** Who the operator is. Only its own Pod mounts the token, by its own word. */
export const serviceAccount = (input: Input) =>
  ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: namespacedMetadata(input),
    automountServiceAccountToken: false,
    ...pullSecrets(input),
  }) satisfies IServiceAccount

/** `imagePullSecrets`, or nothing. */
export function pullSecrets({ values: { imagePullSecrets } }: Input) {
  return imagePullSecrets.length === 0 ? {} : { imagePullSecrets }
}
