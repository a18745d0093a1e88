import { extensionLabel, extensionName, programName } from '../base/names.ts'
import type { Values } from './values.ts'

/** The name of everything that is installed. */
export const name = programName

/** Where and as what it is installed. */
export interface InstallContext {
  readonly namespace: string
  /** The Helm release; the default selector names it. */
  readonly release: string
  /** The operator's version: the default tag of its image. */
  readonly version: string
}

/** What is rendered from. */
export interface Input {
  readonly values: Values
  readonly context: InstallContext
}

/** A Kubernetes object to install. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
}

interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * The label that finds the operator's Pods. A Deployment's selector cannot change: the original had this one.
 */
export const selectorLabels = { [extensionLabel]: extensionName }

/** The label of version: that of the image, cut to what a label may hold. */
export const versionLabel = ({ values, context }: Input): string =>
  (values.image.tag || context.version).slice(0, 63).replace(/[-_.]+$/, '')

/** The labels that all objects carry. The user's own come first, so that they cannot hide ours. */
export const labels = (input: Input): Record<string, string> => ({
  ...input.values.commonLabels,
  ...selectorLabels,
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'Linkerd',
  'app.kubernetes.io/version': versionLabel(input),
})

/** Annotations with the user's own, or none. */
export function annotations({ values }: Input, own: Readonly<Record<string, string>> = {}) {
  const all = { ...values.commonAnnotations, ...own }
  return Object.keys(all).length === 0 ? {} : { annotations: all }
}

/** Metadata of an object of the cluster. */
export const clusterMetadata = (input: Input) => ({ name, labels: labels(input), ...annotations(input) })

/** Metadata of an object of the release's namespace. */
export const namespacedMetadata = (input: Input) => ({
  ...clusterMetadata(input),
  namespace: input.context.namespace,
})
