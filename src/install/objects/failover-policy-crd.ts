import type { ICustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition'
import * as z from 'zod'
import { policyNames } from '../../policies/failover-policy.ts'
import { policySpecSchema } from '../../policies/failover-policy-schema.ts'
import { policyStatusSchema } from '../../policies/policy-status-schema.ts'
import { annotations, type Input, labels } from '../manifest.ts'
import { structural } from '../structural.ts'

const conditionOf = (type: string) => `.status.conditions[?(@.type=="${type}")]`

/** The spec of the definition of the kind `FailoverPolicy`; the chart has the same text. */
export const failoverPolicyDefinition = {
  group: policyNames.group,
  scope: 'Namespaced',
  names: {
    kind: 'FailoverPolicy',
    listKind: 'FailoverPolicyList',
    plural: policyNames.plural,
    singular: 'failoverpolicy',
    shortNames: ['fopolicy'],
    categories: ['linkerd'],
  },
  versions: [
    {
      name: policyNames.versions[0],
      served: true,
      storage: true,
      subresources: { status: {} },
      additionalPrinterColumns: [
        { name: 'Targets', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
        { name: 'Accepted', type: 'string', jsonPath: `${conditionOf('Accepted')}.status` },
        { name: 'Programmed', type: 'string', jsonPath: `${conditionOf('Programmed')}.reason` },
        { name: 'Routes', type: 'integer', jsonPath: '.status.routes.total' },
        { name: 'Away', type: 'integer', jsonPath: '.status.routes.away' },
        { name: 'Waiting', type: 'integer', jsonPath: '.status.routes.waiting' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      schema: {
        openAPIV3Schema: structural(
          z
            .object({ spec: policySpecSchema, status: policyStatusSchema.optional() })
            .describe(
              'How routes fail over and come back: for some routes, for those of a namespace, or for all of them.',
            ),
        ),
      },
    },
  ],
} satisfies ICustomResourceDefinition['spec']

/**
 * The definition of the kind `FailoverPolicy`. Helm keeps it, since deleting it would delete all policies.
 * The label says how policies attach to their targets (GEP-713).
 */
export const failoverPolicyCrd = (input: Input) =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${policyNames.plural}.${policyNames.group}`,
      labels: { ...labels(input), 'gateway.networking.k8s.io/policy': 'Inherited' },
      ...annotations(input, { 'helm.sh/resource-policy': 'keep' }),
    },
    spec: failoverPolicyDefinition,
  }) satisfies ICustomResourceDefinition
