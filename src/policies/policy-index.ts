import {
  mergeSections,
  type PolicyLevel,
  type PolicySections,
  sectionNames,
} from '../core/policy/sections.ts'
import type { ServiceKey } from '../core/types.ts'
import { type FailoverPolicy, type PolicyTarget, type ReadPolicy, sectionsOf } from './failover-policy.ts'
import { objectKey } from './object.ts'
import type { TargetOutcome } from './policy-status.ts'

/** What of a route policies may target. */
export interface PolicyPlace {
  readonly namespace: string
  readonly group: string
  readonly kind: string
  readonly name: string
  /** The Services that clients call to be routed by it. */
  readonly services: readonly ServiceKey[]
}

/** A policy that wins a target, with what it asks for there. */
export interface Applied {
  readonly policy: FailoverPolicy
  readonly level: PolicyLevel
  readonly sections: PolicySections
}

/** How much of what a policy asks for a route follows, if more specific policies and annotations leave it that. */
export interface Share {
  /** `namespace/name` of the policy. */
  readonly policy: string
  readonly level: PolicyLevel
  readonly follows: 'all' | 'some' | 'none'
  /** It would follow it, if it were no DryRun. */
  readonly isDryRun?: true
}

/** The shares of the policies of a route, given what its annotations ask for. */
export function sharesOf(all: readonly Applied[], own: PolicySections): Share[] {
  // By its own target that is less specific, a policy adds nothing.
  const applied = all.filter(({ policy }, index) => all.findIndex((one) => one.policy === policy) === index)
  const merged = [own, ...applied.map(({ sections }) => sections)].reduce(mergeSections)
  return applied.map(({ policy, level, sections }) => {
    const asked = sectionNames.filter((name) => sections[name] !== undefined)
    const followed = asked.filter((name) => merged[name] === sections[name])
    const isPart = followed.length > 0 ? 'some' : 'none'
    const follows = followed.length === asked.length ? 'all' : isPart
    return { policy: objectKey(policy), level, follows, ...(isDryRun(policy) ? { isDryRun: true } : {}) }
  })
}

/** Why a policy asks for nothing, in words for its author; `undefined` if it is valid. */
export function problemOf(policy: FailoverPolicy, rootNamespace: string | undefined): string | undefined {
  const { problem, spec, namespace } = policy
  if (problem !== undefined || namespace === rootNamespace) return problem
  const index = spec?.targets.findIndex(({ level }) => level === 'mesh') ?? -1
  if (index < 0) return undefined
  return rootNamespace === undefined
    ? `spec.targetRefs[${index}]: the operator follows no policies`
    : `spec.targetRefs[${index}]: a policy of the Mesh must be in the namespace ${rootNamespace}`
}

/**
 * Finds the policies of a route. The index is made for the policies of one moment; each question costs a look-up for each
 * level, however many policies there are. Those that are a DryRun are left out.
 */
export class PolicyIndex {
  /** The same as if no policy were a DryRun; absent if none is one. */
  readonly shadow: PolicyIndex | undefined
  readonly #winners = new Map<string, Applied>()

  constructor(policies: Iterable<FailoverPolicy>, rootNamespace: string | undefined, isShadow = false) {
    const valid = [...policies].filter((policy) => problemOf(policy, rootNamespace) === undefined)
    for (const policy of valid.sort(byAge)) {
      if (!policy.spec || (policy.spec.isDryRun && !isShadow)) continue
      for (const target of policy.spec.targets) this.#add(policy, policy.spec, target)
    }
    const hasDryRuns = !isShadow && valid.some(isDryRun)
    this.shadow = hasDryRuns ? new PolicyIndex(valid, rootNamespace, true) : undefined
  }

  get isEmpty(): boolean {
    return this.#winners.size === 0 && this.shadow === undefined
  }

  /** What policies would ask for of a route if none were a DryRun; `undefined` if none that is one concerns it. */
  wouldBe(place: PolicyPlace): PolicySections | undefined {
    return this.dryRunsOf(place).length > 0 ? (this.shadow?.of(place) ?? {}) : undefined
  }

  /** The policies of a route that are a DryRun, each once, the most specific first. */
  dryRunsOf(place: PolicyPlace): readonly FailoverPolicy[] {
    const all = this.shadow?.appliedTo(place) ?? []
    return [...new Set(all.flatMap(({ policy }) => (isDryRun(policy) ? policy : [])))]
  }

  /** The policy of the Mesh that applies; `undefined` if there is none. */
  get ofMesh(): FailoverPolicy | undefined {
    return this.#winners.get(mesh)?.policy
  }

  /** What all policies together ask for of a route; `undefined` if they ask for nothing: limits are no section. */
  of(place: PolicyPlace): PolicySections | undefined {
    let merged: PolicySections | undefined
    for (const { sections } of this.appliedTo(place))
      merged = merged ? mergeSections(merged, sections) : sections
    return merged && sectionNames.some((name) => merged[name] !== undefined) ? merged : undefined
  }

  /** The policies of a route, the most specific first; of each level one at most. */
  appliedTo(place: PolicyPlace): Applied[] {
    if (this.isEmpty) return []
    const [route, services, ...others] = levelsOf(place)
    const ofServices = services.flatMap((key) => this.#winners.get(key) ?? [])
    const oldest = ofServices.sort((a, b) => byAge(a.policy, b.policy)).slice(0, 1)
    const above = others.flatMap((keys) => keys.flatMap((key) => this.#winners.get(key) ?? []))
    return [...route.flatMap((key) => this.#winners.get(key) ?? []), ...oldest, ...above]
  }

  /** The policy that a target follows: the oldest of those that name it. */
  winnerOf(target: PolicyTarget): FailoverPolicy | undefined {
    return this.#winners.get(targetKey(target))?.policy
  }

  /** The targets (by key) that follow another policy than in another index, or one that asks for something else. */
  differences(other: PolicyIndex): ReadonlySet<string> {
    const hasShadow = this.shadow !== undefined || other.shadow !== undefined
    const changed = new Set(hasShadow ? (this.shadow ?? this).differences(other.shadow ?? other) : [])
    for (const [some, others] of [
      [this.#winners, other.#winners],
      [other.#winners, this.#winners],
    ] as const)
      for (const [key, { policy }] of some) if (others.get(key)?.policy.spec !== policy.spec) changed.add(key)
    return changed
  }

  #add(policy: FailoverPolicy, spec: ReadPolicy, target: PolicyTarget): void {
    const key = targetKey(target)
    if (this.#winners.has(key)) return
    const { level } = target
    this.#winners.set(key, { policy, level, sections: sectionsOf(objectKey(policy), spec, level) })
  }
}

/** What has become of each target of a policy; `isThere` knows the routes and the Services. */
export const targetsFound = (
  index: PolicyIndex,
  policy: FailoverPolicy,
  isThere: (target: PolicyTarget) => boolean,
): readonly Omit<TargetOutcome, 'splits'>[] =>
  (policy.spec?.targets ?? []).map((target) => {
    // Without a shadow no DryRun is in force yet: it was changed to one a moment ago.
    const winner = ((isDryRun(policy) ? index.shadow : undefined) ?? index).winnerOf(target)
    const loses = winner && objectKey(winner) !== objectKey(policy) ? objectKey(winner) : undefined
    return { target, isFound: ['namespace', 'mesh'].includes(target.level) || isThere(target), loses }
  })

/** Whether a policy moves nothing, and what it would do is reported. */
export const isDryRun = ({ spec }: Pick<FailoverPolicy, 'spec'>): boolean => spec?.isDryRun === true

/** Whether one of these targets (by key) is one of a route. */
export const isTargeted = (targets: ReadonlySet<string>, place: PolicyPlace): boolean =>
  levelsOf(place).some((keys) => keys.some((key) => targets.has(key)))

/** Whether a target is one of a route. */
export const isTargetOf = (place: PolicyPlace, target: PolicyTarget): boolean =>
  isTargeted(new Set([targetKey(target)]), place)

/** Two of one level: the older one wins, then the first by name. Source: GEP-713. */
function byAge(a: FailoverPolicy, b: FailoverPolicy): number {
  const [one, other] = [objectKey(a), objectKey(b)]
  return (a.createdAt ?? 0) - (b.createdAt ?? 0) || Number(one > other) - Number(one < other)
}

function targetKey({ level, group, kind, namespace, name }: PolicyTarget): string {
  if (level === 'mesh') return mesh
  if (level === 'namespace') return namespace
  return level === 'service' ? `${namespace}/${name}` : `${group}/${kind}/${namespace}/${name}`
}

/** No namespace has this name. */
const mesh = '*'

/** The keys of the targets of a route by level. Who may edit a namespace steers no routes of another. */
const levelsOf = ({ namespace, group, kind, name, services }: PolicyPlace) =>
  [
    [`${group}/${kind}/${namespace}/${name}`],
    services.filter((service) => service.startsWith(`${namespace}/`)),
    [namespace],
    [mesh],
  ] as const
