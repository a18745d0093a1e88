import type { INetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyEgressRule'
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer'
import type { IAffinity } from 'kubernetes-models/v1/Affinity'
import type { IToleration } from 'kubernetes-models/v1/Toleration'
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint'
import * as z from 'zod'
import { clusterDomainPattern, clusterNamePattern } from '../base/names.ts'

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A part of the Kubernetes API that is passed on unchanged; the API server checks it. */
const handedOn = <T>(name: string) =>
  z.custom<T>(isObject, { error: `expected an object: ${name}` }).meta({ type: 'object' })

const text = z.string()
const notEmpty = z.string().min(1)
const labels = z.record(z.string(), z.string())
const pullPolicy = z.enum(['Always', 'IfNotPresent', 'Never'])
const quantities = z.record(z.string(), z.union([z.string(), z.number()]))
const resources = z.strictObject({ requests: quantities.optional(), limits: quantities.optional() })
const digest = z
  .string()
  .regex(/^$|^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hex digits')
  .optional()
/** Which nodes may run a Pod. */
const placement = {
  nodeSelector: labels,
  tolerations: z.array(handedOn<IToleration>('a Toleration')),
  affinity: handedOn<IAffinity>('an Affinity'),
}
const duration = z.string().regex(/^([0-9]+(ms|s|m|h))+$/, 'expected a Prometheus duration, such as 30s')

/** People open it from an alert in their mail, where a path alone would not work. */
const webAddress = z.string().regex(/^https?:\/\/[^\s#]+$/, 'expected a URL, https://..., without a #')

const monitor = z.strictObject({ enabled: z.boolean(), interval: duration, labels })

/**
 * All values of the chart, after the user's were laid over the defaults. `values.yaml` says what each means;
 * `values.schema.json` is made from this, so helm and the command line refuse the same.
 */
export const valuesSchema = z.strictObject({
  linkerdNamespace: notEmpty,
  logLevel: notEmpty,
  logFormat: z.enum(['plain', 'json']),
  selector: text.optional(),
  image: z.strictObject({
    registry: text,
    name: notEmpty,
    tag: text.optional(),
    digest,
    pullPolicy,
  }),
  imagePullSecrets: z.array(z.strictObject({ name: notEmpty })),
  replicas: z.number().int().min(0),
  leaderElection: z.strictObject({
    enabled: z.boolean(),
    hedgeAfterMs: z.union([z.literal(0), z.number().int().min(100).max(60_000)]),
  }),
  resources,
  ...placement,
  topologySpreadConstraints: z.array(handedOn<ITopologySpreadConstraint>('a TopologySpreadConstraint')),
  priorityClassName: text.optional(),
  commonLabels: labels,
  commonAnnotations: labels,
  podLabels: labels,
  podAnnotations: labels,
  podDisruptionBudget: z.strictObject({
    enabled: z.boolean(),
    maxUnavailable: z.union([z.number().int().min(0), z.string().regex(/^[0-9]+%$/, 'expected 1 or 50%')]),
  }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    ingressFrom: z.array(handedOn<INetworkPolicyPeer>('a NetworkPolicyPeer')),
    egress: z.array(handedOn<INetworkPolicyEgressRule>('a NetworkPolicyEgressRule')),
  }),
  notifications: z.strictObject({
    receivers: z.array(handedOn<object>('a receiver')),
    secretName: text.optional(),
  }),
  podMonitor: monitor,
  serviceMonitor: monitor,
  prometheusRule: z.strictObject({ enabled: z.boolean(), runbooks: webAddress, labels }),
  grafanaDashboard: z.strictObject({ enabled: z.boolean(), labels }),
  multicluster: z.strictObject({
    clusters: z.array(z.string().regex(clusterNamePattern, 'expected the name of a linked cluster')),
    gatewayProbe: z.strictObject({
      enabled: z.boolean(),
      periodMs: z.number().int().min(100).max(60_000),
      timeoutMs: z.number().int().min(50).max(60_000),
      failures: z.number().int().min(1).max(100),
      successes: z.number().int().min(1).max(100),
    }),
  }),
  smi: z.strictObject({
    serviceProfiles: z.boolean(),
    clusterDomain: z.string().regex(clusterDomainPattern, 'expected a domain, such as cluster.local'),
  }),
  policies: z.strictObject({ enabled: z.boolean() }),
  admissionPolicy: z.strictObject({ enabled: z.boolean() }),
  namespaceMetadata: z.strictObject({
    enabled: z.boolean(),
    image: z.strictObject({ registry: text, name: notEmpty, tag: notEmpty, digest, pullPolicy }),
    resources,
    ...placement,
  }),
  // What Helm adds to the values of a chart that is part of another, and what its `condition` looks at.
  global: z.looseObject({}).optional(),
  enabled: z.boolean().optional(),
})

export type Values = z.infer<typeof valuesSchema>
