import * as z from 'zod'
import { limitsForMesh, limitsSchema } from './limits-schema.ts'
import { areUnique, atomicList, durationSchema, mapList, ruled, setList } from './schema-parts.ts'

/** Group of the virtual kind `Mesh`, and of the policies themselves. */
export const policyGroup = 'failover.linkerd.io'

/** The kinds of routes that a policy may target, by API group. */
export const routeTargets: Readonly<Record<string, readonly string[]>> = {
  'split.smi-spec.io': ['TrafficSplit'],
  'gateway.networking.k8s.io': ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'],
  'policy.linkerd.io': ['HTTPRoute'],
}

/** What a policy may target, as an expression of CEL. */
const isTarget = [
  ...Object.entries(routeTargets).map(
    ([group, kinds]) => `(self.group == '${group}' && self.kind in [${kinds.map((kind) => `'${kind}'`)}])`,
  ),
  "(self.group == '' && self.kind in ['Service','Namespace'])",
  `(self.group == '${policyGroup}' && self.kind == 'Mesh' && self.name == 'default')`,
].join(' || ')

const targetRef = ruled(
  z.object({
    group: z.string().max(253).describe('API group of the target; empty for a Service and a Namespace.'),
    kind: z.string().min(1).max(63).describe('Kind of the target.'),
    name: z.string().min(1).max(253).describe('Name of the target; `default` for the Mesh.'),
  }),
  {
    rule: isTarget,
    message: `a target is a route, a Service, a Namespace, or Mesh/default of ${policyGroup}`,
    holds: ({ group, kind, name }) =>
      routeTargets[group]?.includes(kind) === true ||
      (group === '' && ['Service', 'Namespace'].includes(kind)) ||
      (group === policyGroup && kind === 'Mesh' && name === 'default'),
  },
)

const backend = z.object({
  name: z.string().min(1).max(253).describe('Name of the Service.'),
  namespace: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Namespace of the Service; that of the route by default.'),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Only backends with this port; all backends of the Service by default.'),
  weight: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe(
      'Weight of the backend while its tier serves; 0: never. In a tier with weights, a backend without one has 1. Without any, all share equally.',
    ),
})

const isOneOf = '[has(self.backends), has(self.clusters), has(self.rest)].filter(x, x).size() == 1'

const tier = ruled(
  z.object({
    name: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
      .optional()
      .describe('For people.'),
    backends: z
      .array(backend)
      .min(1)
      .max(16)
      .optional()
      .meta({ ...atomicList, description: 'These backends. What a route does not have is skipped.' }),
    clusters: z
      .array(
        z
          .string()
          .max(202)
          .regex(/^(Local|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/),
      )
      .min(1)
      .max(16)
      .refine(areUnique, 'a cluster is listed twice')
      .optional()
      .meta({
        ...setList,
        description:
          'All backends that are mirrored from these linked clusters; Local: all that are not mirrored.',
      }),
    rest: z
      .object({})
      .optional()
      .describe('All backends that no other tier has. Only the last tier may be this.'),
  }),
  {
    rule: isOneOf,
    message: 'a tier must be one of backends, clusters and rest',
    holds: ({ backends, clusters, rest }) =>
      [backends, clusters, rest].filter((one) => one !== undefined).length === 1,
  },
)

const isRestLast =
  'self.filter(t, has(t.rest)).size() == 0 || (self.filter(t, has(t.rest)).size() == 1 && has(self[self.size() - 1].rest))'

const threshold = ruled(
  z.object({
    count: z.int().min(1).max(10_000).optional().describe('So many endpoints must be ready; 1 by default.'),
    percent: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'So much of its endpoints must be ready (of those listed, or of `expected` if that is more).',
      ),
    expected: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('How many endpoints a backend has usually: Pods that were deleted are not listed any more.'),
  }),
  {
    rule: '!has(self.percent) || has(self.count) || has(self.expected)',
    message: 'percent alone does not see Pods that were deleted: write count or expected, too',
    holds: ({ percent, count, expected }) =>
      percent === undefined || count !== undefined || expected !== undefined,
  },
)

const failover = z.object({
  after: durationSchema
    .optional()
    .describe(
      'For so long a backend that serves keeps its traffic with too few ready endpoints; no longer than with none by default.',
    ),
  whenDown: durationSchema
    .optional()
    .describe(
      'The same with no ready endpoint: until then its clients get no answer, though another backend could serve. At once by default.',
    ),
})

/** Who says when traffic goes back. */
export const failbackModes = ['Automatic', 'Manual'] as const

const failback = z.object({
  mode: z
    .enum(failbackModes)
    .optional()
    .describe(
      'Automatic, the default: traffic goes back to an earlier tier by itself. Manual: only if nothing else can serve, or when a person has approved it with `linkerd-failover return`; every target must be a route.',
    ),
  after: durationSchema
    .optional()
    .describe('For so long a lost backend must be ready again, without a break; at once by default.'),
  atMost: durationSchema
    .optional()
    .describe(
      'Each failover doubles `after`, up to this, until the first tier has served for ten times `after`. By default it stays as it is.',
    ),
  minReady: threshold
    .optional()
    .describe('What a lost backend needs before traffic goes back to it; as much as `minReady` by default.'),
})

const isManualForRoutes =
  "!has(self.failback) || !has(self.failback.mode) || self.failback.mode != 'Manual' || self.targetRefs.all(t, !(t.kind in ['Service', 'Namespace', 'Mesh']))"

const isNotBelow =
  '!has(self.minReady) || !has(self.minReady.count) || !has(self.failback) || !has(self.failback.minReady) || !has(self.failback.minReady.count) || self.failback.minReady.count >= self.minReady.count'

/** What a FailoverPolicy asks for: the source of its definition, of the type, and of the reference. */
export const policySpecSchema = ruled(
  z.object({
    targetRefs: z
      .array(targetRef)
      .min(1)
      .max(16)
      .refine(
        (targets) => areUnique(targets.map(({ group, kind, name }) => `${group}/${kind}/${name}`)),
        'a target is listed twice',
      )
      .meta({
        ...mapList('group', 'kind', 'name'),
        description:
          'Whose routes it is for: routes, Services (the routes that clients reach by them) or the Namespace of the policy; Mesh/default, in the namespace of the operator, for all routes.',
      }),
    enforcement: z
      .enum(['Enforce', 'DryRun'])
      .optional()
      .describe(
        'DryRun: it moves nothing, and the operator reports what it would do. Enforce by default: routes follow it.',
      ),
    tiers: ruled(z.array(tier).min(1).max(8), {
      rule: isRestLast,
      message: 'rest takes what is left, so it is one tier, the last',
      holds: (tiers) => tiers.slice(0, -1).every(({ rest }) => rest === undefined),
    })
      .optional()
      .meta({
        ...atomicList,
        description:
          'The order of preference: a later tier serves only if no earlier one can. A backend in none never serves.',
      }),
    minReady: threshold
      .optional()
      .describe('When a backend is enough: one with less is left while another tier has enough.'),
    failover: failover.optional().describe('When a backend that serves is left.'),
    failback: failback.optional().describe('When traffic goes back to a backend that was lost.'),
    limits: limitsSchema
      .optional()
      .describe(
        'Hold up moves that are not needed, because what serves still can; only of a policy of the Mesh. None by default.',
      ),
  }),
  {
    rule: isNotBelow,
    message: 'failback.minReady must not be below minReady: traffic would go back and forth',
    holds: ({ minReady, failback }) => !(Number(failback?.minReady?.count) < Number(minReady?.count)),
  },
  limitsForMesh,
  {
    rule: isManualForRoutes,
    message: 'failback.mode Manual needs a memory for each route, so every target must be a route',
    holds: ({ targetRefs, failback }) =>
      failback?.mode !== 'Manual' ||
      targetRefs.every(({ kind }) => !['Service', 'Namespace', 'Mesh'].includes(kind)),
  },
)

export type PolicySpec = z.infer<typeof policySpecSchema>
