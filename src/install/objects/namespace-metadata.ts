import type { IJob } from 'kubernetes-models/batch/v1/Job'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { extensionLabel, extensionName } from '../../base/names.ts'
import { annotations, type Input, type Manifest, name, versionLabel } from '../manifest.ts'
import { imageReference } from './image.ts'
import { placementOf, resourcesOf } from './pod-values.ts'
import { containerSecurity, podSecurity, scoreAnnotations } from './security.ts'
import { pullSecrets } from './service-account.ts'

/** The hook's own name, that of the same hook of Linkerd's own extensions. */
const hook = 'namespace-metadata'

/**
 * Helm cannot label the namespace that it installs into, so a Job does it once after an installation: with
 * the label by which Linkerd finds its extensions, and the Pod Security level that Linkerd's proxy needs
 * there. Job, account and roles are gone when it has succeeded.
 */
export const namespaceMetadata = (input: Input): Manifest[] => [
  account(input),
  role(input),
  roleBinding(input),
  configRoleBinding(input),
  networkPolicy(input),
  job(input),
]

/**
 * The Pod must not carry the operator's selector label. Its labels are those that the original's Job had: a
 * NetworkPolicy finds it by them.
 */
const podLabels = { 'app.kubernetes.io/name': hook, 'app.kubernetes.io/part-of': name }

const hookAnnotations = (input: Input, weight: string) =>
  annotations(input, {
    'helm.sh/hook': 'post-install',
    'helm.sh/hook-weight': weight,
    'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
  })

const metadata = (input: Input, weight = '0') => ({
  name: hook,
  namespace: input.context.namespace,
  labels: {
    ...input.values.commonLabels,
    [extensionLabel]: extensionName,
    ...podLabels,
    'app.kubernetes.io/version': versionLabel(input),
  },
  ...hookAnnotations(input, weight),
})

const account = (input: Input) =>
  ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(input),
    automountServiceAccountToken: false,
    ...pullSecrets(input),
  }) satisfies IServiceAccount

const role = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(input),
    rules: [
      {
        apiGroups: [''],
        resources: ['namespaces'],
        resourceNames: [input.context.namespace],
        verbs: ['get', 'patch'],
      },
    ],
  }) satisfies IRole

const subjects = ({ context }: Input) => [
  { kind: 'ServiceAccount', name: hook, namespace: context.namespace },
]

const roleBinding = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(input),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: hook },
    subjects: subjects(input),
  }) satisfies IRoleBinding

/** Linkerd brings this role for its extensions: it reads whether the CNI plugin sets up the Pods' network. */
const configRoleBinding = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      ...metadata(input),
      name: `${extensionName}-${hook}-linkerd-config`,
      namespace: input.values.linkerdNamespace,
    },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: `ext-${hook}-linkerd-config`,
    },
    subjects: subjects(input),
  }) satisfies IRoleBinding

const networkPolicy = (input: Input) =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(input),
    spec: {
      podSelector: { matchLabels: podLabels },
      policyTypes: ['Ingress', 'Egress'],
      egress: [{}],
    },
  }) satisfies INetworkPolicy

function job(input: Input) {
  const { image, resources, ...placement } = input.values.namespaceMetadata
  const { annotations: hooks } = hookAnnotations(input, '1')
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata(input), annotations: { ...hooks, ...scoreAnnotations } },
    spec: {
      template: {
        metadata: { labels: podLabels, annotations: { 'linkerd.io/inject': 'disabled' } },
        spec: {
          restartPolicy: 'Never',
          serviceAccountName: hook,
          automountServiceAccountToken: true,
          securityContext: podSecurity,
          ...placementOf(placement),
          containers: [
            {
              name: hook,
              image: imageReference(image),
              imagePullPolicy: image.pullPolicy,
              args: [
                `--extension=${extensionName}`,
                `--namespace=${input.context.namespace}`,
                `--linkerd-namespace=${input.values.linkerdNamespace}`,
              ],
              resources: resourcesOf(resources),
              securityContext: containerSecurity,
            },
          ],
        },
      },
    },
  } satisfies IJob
}
