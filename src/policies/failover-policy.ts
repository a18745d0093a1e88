import * as z from 'zod'
import { parseDuration } from '../base/duration.ts'
import type {
  AskedFailback,
  AskedFailover,
  AskedTier,
  PolicyLevel,
  PolicySections,
} from '../core/policy/sections.ts'
import type { Limits, Threshold } from '../core/policy/types.ts'
import { type PolicySpec, policyGroup, policySpecSchema, routeTargets } from './failover-policy-schema.ts'
import { type ObjectHead, problemIn, readObject } from './object.ts'

/** Where FailoverPolicies are. */
export const policyNames = {
  group: policyGroup,
  plural: 'failoverpolicies',
  versions: ['v1alpha1'],
} as const

/** A FailoverPolicy as it is in the cluster. */
export interface FailoverPolicy extends ObjectHead {
  /** `undefined` if it cannot be understood: see `problem`. */
  readonly spec: ReadPolicy | undefined
  /** What is wrong with it, and where, in words for its author. */
  readonly problem: string | undefined
  /** Its status as it is written, to tell whether it is up to date; `undefined` without one. */
  readonly status: unknown
}

/** What a valid policy asks for, and of which routes. */
export interface ReadPolicy {
  readonly targets: readonly PolicyTarget[]
  /** No route follows it; what it would do is reported. */
  readonly isDryRun?: true
  readonly tiers?: readonly AskedTier[]
  readonly minReady?: Threshold
  readonly failover?: AskedFailover
  readonly failback?: AskedFailback
  /** For all routes together; only of a policy of the Mesh. */
  readonly limits?: Limits
}

/** One target, with the namespace that it is in. */
export interface PolicyTarget {
  readonly level: PolicyLevel
  readonly group: string
  readonly kind: string
  /** That of the policy. */
  readonly namespace: string
  readonly name: string
}

/** Reads a FailoverPolicy. Total: one that makes no sense has a problem and asks for nothing. */
export function readFailoverPolicy(object: unknown): FailoverPolicy {
  const { head, spec, status } = readObject(object)
  const parsed = policySpecSchema.safeParse(spec)
  const found = parsed.success ? readSpec(parsed.data, head.namespace) : problemIn(parsed.error)
  return {
    ...head,
    spec: typeof found === 'string' ? undefined : found,
    problem: typeof found === 'string' ? found : undefined,
    status,
  }
}

/** Whose routes a policy is meant for, even if it makes no sense otherwise; what of that cannot be read is left out. */
export function aimsOf(object: unknown): readonly PolicyTarget[] {
  const { head, spec } = readObject(object)
  const refs = aims.safeParse(spec).data?.targetRefs ?? []
  return refs.flatMap((ref) => {
    const level = ref && levelOf(ref.group, ref.kind)
    return level ? [{ ...ref, level, namespace: level === 'namespace' ? ref.name : head.namespace }] : []
  })
}

const aim = z.object({ group: z.string().default(''), kind: z.string(), name: z.string() })
const aims = z.object({ targetRefs: z.array(aim.optional().catch(undefined)) })

/** What a policy asks for as one of the levels, each section with its source. */
export function sectionsOf(key: string, policy: ReadPolicy, level: PolicyLevel): PolicySections {
  const { tiers, minReady, failover, failback } = policy
  const from = { policy: key, level }
  return {
    ...(tiers ? { tiers: { value: { tiers }, from } } : {}),
    ...(minReady ? { minReady: { value: minReady, from } } : {}),
    ...(failover ? { failover: { value: failover, from } } : {}),
    ...(failback ? { failback: { value: failback, from } } : {}),
  }
}

function readSpec(
  { targetRefs, enforcement, tiers, minReady, failover, failback, limits }: PolicySpec,
  namespace: string,
): ReadPolicy | string {
  const targets = readTargets(targetRefs, namespace)
  if (typeof targets === 'string') return targets
  const askedTiers = tiers && readTiers(tiers)
  if (typeof askedTiers === 'string') return askedTiers
  const leaving = readDurations('failover', { afterMs: failover?.after, whenDownMs: failover?.whenDown })
  const returning = readDurations('failback', { afterMs: failback?.after, atMostMs: failback?.atMost })
  if (typeof leaving === 'string') return leaving
  if (typeof returning === 'string') return returning
  return {
    targets,
    ...(enforcement === 'DryRun' ? { isDryRun: true } : {}),
    ...(askedTiers ? { tiers: askedTiers } : {}),
    ...(minReady ? { minReady: thresholdOf(minReady) } : {}),
    ...(failover ? { failover: { afterMs: 0, whenDownMs: 0, ...leaving } } : {}),
    ...(failback ? { failback: { afterMs: 0, ...returning, ...returnOf(failback) } } : {}),
    ...(limits ? { limits } : {}),
  }
}

function readTargets(targetRefs: PolicySpec['targetRefs'], namespace: string): PolicyTarget[] | string {
  const targets: PolicyTarget[] = []
  for (const [index, { group, kind, name }] of targetRefs.entries()) {
    const level = levelOf(group, kind)
    if (!level) return `spec.targetRefs[${index}]: ${kind} of ${group || 'the core group'} cannot be a target`
    if (level === 'namespace' && name !== namespace)
      return `spec.targetRefs[${index}]: the Namespace ${name} is not that of the policy; create the policy there`
    targets.push({ level, group, kind, namespace, name })
  }
  return targets
}

/** The durations of a section that are written (ms), or which of them is too long. */
function readDurations<K extends string>(
  section: string,
  written: Readonly<Record<K, string | undefined>>,
): { readonly [key in K]?: number } | string {
  const read: { [key in K]?: number } = {}
  for (const key in written) {
    const text = written[key]
    const ms = text === undefined ? undefined : parseDuration(text)
    if (text !== undefined && ms === undefined)
      return `spec.${section}.${key.slice(0, -2)}: must be a duration of at most 24h`
    if (ms !== undefined) read[key] = ms
  }
  return read
}

type AskedThreshold = NonNullable<PolicySpec['minReady']>

const thresholdOf = ({ count = 1, percent, expected }: AskedThreshold): Threshold => ({
  count,
  ...(percent === undefined ? {} : { percent }),
  ...(expected === undefined ? {} : { expected }),
})

const returnOf = ({ minReady, mode }: NonNullable<PolicySpec['failback']>): Partial<AskedFailback> => ({
  ...(minReady ? { minReady: thresholdOf(minReady) } : {}),
  ...(mode === 'Manual' ? { isManual: true } : {}),
})

function levelOf(group: string, kind: string): PolicyLevel | undefined {
  if (routeTargets[group]?.includes(kind)) return 'route'
  if (group === policyGroup && kind === 'Mesh') return 'mesh'
  if (group !== '') return undefined
  return kind === 'Service' ? 'service' : kind === 'Namespace' ? 'namespace' : undefined
}

function readTiers(tiers: NonNullable<PolicySpec['tiers']>): readonly AskedTier[] | string {
  const names = new Set<string>()
  const read: AskedTier[] = []
  for (const [index, { backends, clusters, rest }] of tiers.entries()) {
    if (rest) read.push('rest')
    if (clusters) read.push({ clusters })
    if (!backends) continue
    const named = backends.map((backend) => ({ name: nameOf(backend), weight: backend.weight }))
    const twice = named.find(({ name }) => names.has(name) || !names.add(name))
    if (twice)
      return `spec.tiers[${index}].backends: ${twice.name} is in two tiers; a backend is in one, once`
    read.push({ backends: named })
  }
  const isNever = read.every((one) => one !== 'rest' && 'backends' in one && one.backends.every(hasNone))
  return isNever ? 'spec.tiers: every backend has the weight 0; one must be able to serve' : read
}

const hasNone = ({ weight }: { readonly weight: number | undefined }): boolean => weight === 0

type NamedBackend = NonNullable<NonNullable<PolicySpec['tiers']>[number]['backends']>[number]

/** As `primary-service` would name it. */
const nameOf = ({ name, namespace, port }: NamedBackend): string =>
  `${namespace === undefined ? '' : `${namespace}/`}${name}${port === undefined ? '' : `:${port}`}`
