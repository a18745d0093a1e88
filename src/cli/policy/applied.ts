import { pausedAt, timeText } from '../../core/pause.ts'
import {
  type AskedTier,
  mergeSections,
  type PolicySections,
  type SectionSource,
} from '../../core/policy/sections.ts'
import { oneReady, thresholdText } from '../../core/policy/threshold.ts'
import { mayServe, usualTiers } from '../../core/policy/tiers.ts'
import { weightOf } from '../../core/split.ts'
import type { Split } from '../../core/types.ts'
import { durationText } from '../../core/words.ts'
import { ignoredPause } from '../../routes/pause.ts'
import { type AskedPolicy, readPolicy } from '../../routes/policy/annotations.ts'
import { ignoredApproval, readApproval } from '../../routes/policy/approval.ts'
import {
  declaredIn,
  pausedAnnotation,
  primaryAnnotation,
  type Route,
  returnApprovedAnnotation,
  skipRulesAnnotation,
  tiersAnnotation,
} from '../../routes/route.ts'
import type { AppliedPolicy, AppliedSplit, Member, Section } from './applied-policy.ts'

interface Asked {
  /** What FailoverPolicies ask for. */
  readonly policies: PolicySections | undefined
  /** How a split would be served if none were a DryRun. */
  readonly dryRunOf: (split: Split) => string | null
}

/** Works out what applies to a route at this time of day (epoch ms). */
export function appliedTo(
  route: Route,
  controlled: boolean,
  today: number,
  { policies, dryRunOf }: Asked,
): Omit<AppliedPolicy, 'drains' | 'dryRuns' | 'passedOver'> {
  const { apiVersion, kind, namespace, name, annotations = {}, splits } = route
  const asked = readPolicy(annotations)
  const unread = [...(asked?.ignored ?? []), ...ignoredPause(annotations), ...ignoredApproval(annotations)]
  return {
    route: { apiVersion, kind, namespace, name },
    controlled,
    sections: [...sectionsOf(route, asked, policies), pauseSection(route, today), ...skipSection(route)],
    ignored: [...unread.map(({ message }) => message), ...(route.ignored ?? [])],
    splits: splits.map((split) => ({ ...splitOf(split), dryRun: dryRunOf(split) })),
  }
}

/** What is said of routes without tiers. */
const usualOrder = 'the primary, then all others'

function sectionsOf(
  route: Route,
  asked: AskedPolicy | undefined,
  policies: PolicySections = {},
): readonly Section[] {
  const { tiers, minReady, failover, failback } = mergeSections(asked?.sections ?? {}, policies)
  const needed = failback?.value.minReady
  const ready = needed === undefined ? '' : `, with ${thresholdText(needed)} ready`
  const atMostMs = failback?.value.atMostMs
  const atMost = atMostMs === undefined ? '' : `, up to ${durationText(atMostMs)} after several failovers`
  return [
    tiersSection(route, tiers),
    { name: 'min-ready', value: thresholdText(minReady?.value ?? oneReady), ...sourceOf(minReady?.from) },
    ...(failover ? [failoverSection(failover)] : []),
    {
      name: 'failback-after',
      value: `${durationText(failback?.value.afterMs ?? 0)}${atMost}${ready}`,
      ...sourceOf(failback?.from),
    },
    ...manualSections(route, failback),
  ]
}

/** Who says when traffic goes back, if that is a person, and what they have approved. */
function manualSections({ annotations = {} }: Route, failback: PolicySections['failback']): Section[] {
  if (!failback?.value.isManual) return []
  const approvedAt = readApproval(annotations)
  const value = approvedAt === undefined ? 'nothing' : `what was lost before ${timeText(approvedAt)}`
  const from = approvedAt === undefined ? undefined : { annotation: returnApprovedAnnotation }
  return [
    { name: 'failback-mode', value: 'Manual', ...sourceOf(failback.from) },
    { name: 'return-approved', value, ...sourceOf(from) },
  ]
}

/** No annotation asks for it, so it is shown only if a FailoverPolicy does. */
function failoverSection({ value, from }: NonNullable<PolicySections['failover']>): Section {
  const { afterMs, whenDownMs } = value
  const down = whenDownMs === 0 ? 'at once' : durationText(whenDownMs)
  return {
    name: 'failover-after',
    value: `${durationText(Math.max(afterMs, whenDownMs))} with too few ready, ${down} with none`,
    ...sourceOf(from),
  }
}

/** The annotation that names the primary beats tiers of a FailoverPolicy that do not begin with it. */
function tiersSection(route: Route, tiers: PolicySections['tiers']): Section {
  const isNamed = route.annotations?.[primaryAnnotation] !== undefined
  const { annotations, splits } = route
  const { splits: declared } = declaredIn(route)
  const isUsual = splits.every(({ policy }, index) => {
    const split = declared[index]
    return policy && split && JSON.stringify(policy.tiers) === JSON.stringify(usualTiers(split))
  })
  if (tiers === undefined || ('policy' in tiers.from && isNamed && isUsual)) {
    const from = isNamed ? { annotation: primaryAnnotation } : undefined
    return { name: 'tiers', value: usualOrder, ...sourceOf(from) }
  }
  const value = 'tiers' in tiers.value ? tiers.value.tiers.map(tierText).join('; ') : ''
  return { name: 'tiers', value: annotations?.[tiersAnnotation] ?? value, ...sourceOf(tiers.from) }
}

const sourceOf = (from: SectionSource | undefined): Pick<Section, 'source' | 'annotation' | 'policy'> => {
  if (from === undefined) return { source: 'built-in', annotation: null, policy: null }
  return 'annotation' in from
    ? { source: 'annotation', annotation: from.annotation, policy: null }
    : { source: 'policy', annotation: null, policy: from.policy }
}

/** As the annotation would have it, if it knew clusters. */
function tierText(tier: AskedTier): string {
  if (tier === 'rest') return '*'
  if ('clusters' in tier) return tier.clusters.map((cluster) => `cluster ${cluster}`).join(',')
  return tier.backends
    .map(({ name, weight }) => (weight === undefined ? name : `${name}=${weight}`))
    .join(',')
}

/** The rules that are left alone, if there are any. */
const skipSection = ({ skipped }: Route): Section[] =>
  skipped === undefined
    ? []
    : [
        {
          name: 'skip-rules',
          value: skipped.join(', '),
          source: 'annotation',
          annotation: skipRulesAnnotation,
          policy: null,
        },
      ]

/** All splits of a route are paused alike. */
function pauseSection({ splits: [split], annotations }: Route, today: number): Section {
  const name = 'paused'
  if (!split || annotations?.[pausedAnnotation] === undefined)
    return { name, value: 'no', ...sourceOf(undefined) }
  return { name, value: pauseValue(split, today), ...sourceOf({ annotation: pausedAnnotation }) }
}

function pauseValue(split: Split, today: number): string {
  const { pause } = split
  if (!split.paused) return 'no'
  const until = pause?.until === undefined ? '' : timeText(pause.until)
  if (!pausedAt(split, today).paused) return `no, since ${until}`
  const end = until === '' ? 'yes' : `until ${until}`
  const by = pause?.by === undefined ? '' : ` by ${pause.by}`
  return `${end}${by}${pause?.reason === undefined ? '' : `: ${pause.reason}`}`
}

function splitOf(split: Split): Omit<AppliedSplit, 'dryRun'> {
  const { policy, backends, problem } = split
  const where = split.where ?? null
  if (problem !== undefined) return { where, problem, tiers: [], never: [] }
  const tiers = policy?.tiers ?? usualTiers(split)
  const member = (index: number, weight: number | undefined): Member[] => {
    const backend = backends[index]
    return backend ? [{ service: backend.service, port: backend.port ?? null, weight: weight ?? null }] : []
  }
  const serves = (index: number) => {
    const backend = backends[index]
    return backend !== undefined && weightOf(split, backend) > 0
  }
  const inTiers = { tiers, minReady: oneReady, failbackAfterMs: 0 }
  return {
    where,
    problem: null,
    tiers: tiers.map(({ members, weights }) => ({
      serves: members.some(serves),
      members: members.flatMap((index, position) => member(index, weights?.[position])),
    })),
    never: [...backends.keys()]
      .filter((index) => !mayServe(inTiers, index))
      .flatMap((index) => member(index, undefined)),
  }
}
