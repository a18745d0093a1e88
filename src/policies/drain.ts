import * as z from 'zod'
import { clusterNamePattern } from '../base/names.ts'
import type { ServiceKey } from '../core/types.ts'
import { type ObjectHead, problemIn, readObject } from './object.ts'

/** Where Drains are. */
export const drainNames = { group: 'failover.linkerd.io', plural: 'drains', versions: ['v1alpha1'] } as const

/** What a Drain calls the cluster that it is in: all Services that are not mirrored. */
export const localCluster = 'Local'

/** What a Drain takes out: all Services of a cluster, or one Service. */
export type DrainTarget = { readonly cluster: string } | { readonly service: ServiceKey }

/** What a valid Drain asks for. */
export interface DrainSpec {
  readonly from: readonly DrainTarget[]
  /** When it ends by itself (epoch ms). */
  readonly until: number
  readonly reason: string
  /** `Never`: what it takes out does not serve even while nothing else is ready. */
  readonly lastResort: 'Allow' | 'Never'
}

/** A Drain as it is in the cluster. */
export interface Drain extends ObjectHead {
  /** `undefined` if it cannot be understood: see `problem`. */
  readonly spec: DrainSpec | undefined
  /** What is wrong with it, and where, in words for its author. */
  readonly problem: string | undefined
  /** Its status as it is written, to see whether it is up to date; `undefined` without one. */
  readonly status: unknown
}

/** The longest list of what one Drain takes out, and the longest reason (characters). */
export const mostTargets = 16
export const longestReason = 256

/** A time as the API server accepts it. */
export const timePattern =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$'
const writtenTime = new RegExp(timePattern)

const serviceName = z.string().min(1).max(253)
const target = z.strictObject({
  cluster: z
    .string()
    .refine((name) => name === localCluster || clusterNamePattern.test(name), {
      error: `must be ${localCluster} or the name of a linked cluster`,
    })
    .optional(),
  service: z.strictObject({ name: serviceName, namespace: z.string().min(1).max(63).optional() }).optional(),
})

/** What a Drain asks for. */
export const drainSpecSchema = z.object({
  from: z.array(target).min(1).max(mostTargets),
  until: z.string().transform((text, context) => {
    const at = Date.parse(text)
    if (Number.isNaN(at) || !writtenTime.test(text))
      context.addIssue({ code: 'custom', message: 'must be a time, 2026-12-01T06:00:00Z' })
    return at
  }),
  reason: z.string().min(1).max(longestReason),
  lastResort: z.enum(['Allow', 'Never']).default('Allow'),
})

/** Reads a Drain. Total: one that makes no sense has a problem and takes nothing out. */
export function readDrain(object: unknown): Drain {
  const { head, spec: asked, status } = readObject(object)
  const found = readSpec(asked, head.namespace)
  return {
    ...head,
    spec: typeof found === 'string' ? undefined : found,
    problem: typeof found === 'string' ? found : undefined,
    status,
  }
}

function readSpec(value: unknown, namespace: string): DrainSpec | string {
  const parsed = drainSpecSchema.safeParse(value)
  if (!parsed.success) return problemIn(parsed.error)
  const from: DrainTarget[] = []
  for (const [index, { cluster, service }] of parsed.data.from.entries()) {
    if ((cluster === undefined) === (service === undefined))
      return `spec.from[${index}]: must name either a cluster or a service`
    if (cluster !== undefined) from.push({ cluster })
    if (service !== undefined) from.push({ service: `${service.namespace ?? namespace}/${service.name}` })
  }
  return { ...parsed.data, from }
}
