import type { ICustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition'
import { drainNames, longestReason, mostTargets, timePattern } from '../../policies/drain.ts'
import { annotations, type Input, labels } from '../manifest.ts'

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const

const activeCondition = '.status.conditions[?(@.type=="Active")]'

const serviceSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { ...text, minLength: 1, maxLength: 253, description: 'Name of the Service.' },
    namespace: {
      ...text,
      minLength: 1,
      maxLength: 63,
      description: 'Namespace of the Service; that of the Drain by default.',
    },
  },
}

const targetSchema = {
  type: 'object',
  'x-kubernetes-validations': [
    { rule: 'has(self.cluster) != has(self.service)', message: 'either cluster or service' },
  ],
  properties: {
    cluster: {
      ...text,
      maxLength: 202,
      pattern: '^(Local|[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?)$',
      description:
        'Takes out all Services that are mirrored from this linked cluster; Local: all that are not mirrored.',
    },
    service: { ...serviceSchema, description: 'Takes out one Service.' },
  },
}

const specSchema = {
  type: 'object',
  required: ['from', 'until', 'reason'],
  properties: {
    from: {
      type: 'array',
      minItems: 1,
      maxItems: mostTargets,
      'x-kubernetes-list-type': 'atomic',
      items: targetSchema,
      description: 'What traffic leaves.',
    },
    until: {
      ...text,
      format: 'date-time',
      maxLength: 40,
      pattern: timePattern,
      description: 'When the Drain ends by itself. It can be changed at any time.',
    },
    reason: { ...text, minLength: 1, maxLength: longestReason, description: 'Why, for other people.' },
    lastResort: {
      ...text,
      enum: ['Allow', 'Never'],
      description:
        'Allow, the default: what is drained serves while nothing else is ready. Never: not even then, and clients get no answer.',
    },
  },
}

const conditionSchema = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: text,
    status: { ...text, enum: ['True', 'False', 'Unknown'] },
    reason: text,
    message: text,
    lastTransitionTime: { ...text, format: 'date-time' },
    observedGeneration: count,
  },
}

const statusSchema = {
  type: 'object',
  description: 'Written by the operator.',
  properties: {
    observedGeneration: count,
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: conditionSchema,
      description: 'Accepted, and Active with the reason Draining, Drained, NothingMatches or Expired.',
    },
    routes: {
      type: 'object',
      description:
        'Routes with a drained backend: how many send no traffic to one (moved), and how many still do (left).',
      properties: { moved: count, left: count },
    },
    left: {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'atomic',
      description: 'The first routes that still send traffic to a drained backend, and why.',
      items: {
        type: 'object',
        properties: { kind: text, namespace: text, name: text, why: text },
      },
    },
  },
}

/** The spec of the definition of the kind `Drain`; the chart has the same text. */
export const drainDefinition = {
  group: drainNames.group,
  scope: 'Namespaced',
  names: {
    kind: 'Drain',
    listKind: 'DrainList',
    plural: drainNames.plural,
    singular: 'drain',
    shortNames: ['fodrain'],
    categories: ['linkerd'],
  },
  versions: [
    {
      name: drainNames.versions[0],
      served: true,
      storage: true,
      subresources: { status: {} },
      additionalPrinterColumns: [
        { name: 'Until', type: 'string', jsonPath: '.spec.until' },
        { name: 'Active', type: 'string', jsonPath: `${activeCondition}.status` },
        { name: 'Why', type: 'string', jsonPath: `${activeCondition}.reason` },
        { name: 'Moved', type: 'integer', jsonPath: '.status.routes.moved' },
        { name: 'Left', type: 'integer', jsonPath: '.status.routes.left' },
        { name: 'Reason', type: 'string', jsonPath: '.spec.reason' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      schema: {
        openAPIV3Schema: {
          type: 'object',
          description: 'Traffic leaves backends on purpose until a time, and comes back by itself.',
          required: ['spec'],
          properties: { spec: specSchema, status: statusSchema },
        },
      },
    },
  ],
} satisfies ICustomResourceDefinition['spec']

/** The definition of the kind `Drain`. Helm keeps it, since deleting it would delete all Drains. */
export const drainCrd = (input: Input) =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${drainNames.plural}.${drainNames.group}`,
      labels: labels(input),
      ...annotations(input, { 'helm.sh/resource-policy': 'keep' }),
    },
    spec: drainDefinition,
  }) satisfies ICustomResourceDefinition
