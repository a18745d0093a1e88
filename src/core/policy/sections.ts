import type { Threshold } from './types.ts'

/** Where a section of a policy is from. */
export type SectionSource =
  /** The name of an annotation of the route. */
  | { readonly annotation: string }
  /** `namespace/name` of a FailoverPolicy, and the level of the target by which it applies. */
  | { readonly policy: string; readonly level: PolicyLevel }

/** What a FailoverPolicy may target, the most specific first. */
export const policyLevels = ['route', 'service', 'namespace', 'mesh'] as const
export type PolicyLevel = (typeof policyLevels)[number]

export interface Sourced<T> {
  readonly value: T
  readonly from: SectionSource
}

/** What one level asks for, by section; the next level's applies if it has none. */
export interface PolicySections {
  readonly tiers?: Sourced<AskedTiers>
  /** Of each backend. */
  readonly minReady?: Sourced<Threshold>
  readonly failover?: Sourced<AskedFailover>
  readonly failback?: Sourced<AskedFailback>
}

/** The names of all sections. */
export const sectionNames = [
  'tiers',
  'minReady',
  'failover',
  'failback',
] as const satisfies readonly (keyof PolicySections)[]

/** The tiers in their order, or why nobody can say which there are. */
export type AskedTiers = { readonly tiers: readonly AskedTier[] } | { readonly problem: string }

/** One tier before it is known which backends a split has; `rest`: all that no other tier has. */
export type AskedTier =
  | 'rest'
  | { readonly backends: readonly NamedMember[] }
  /** All Services of these clusters; `Local`: those that are not mirrored. */
  | { readonly clusters: readonly string[] }

/** One backend by its name, as `primary-service` has it, and the weight that is declared for it. */
export interface NamedMember {
  readonly name: string
  readonly weight: number | undefined
}

export interface AskedFailover {
  /** For so long a backend that serves keeps its traffic with too few ready endpoints (ms); 0: not at all. */
  readonly afterMs: number
  /** The same with none. */
  readonly whenDownMs: number
}

export interface AskedFailback {
  /** For so long a lost backend must be ready again (ms). */
  readonly afterMs: number
  /** What it needs besides before it gets traffic back; absent: no more than to serve. */
  readonly minReady?: Threshold
  /** Each failover lately doubles the wait, up to this (ms); absent: it stays as it is. */
  readonly atMostMs?: number
  /** Traffic goes back to an earlier tier only if that is needed, or when a person has approved it. */
  readonly isManual?: true
}

/** Each section whole, from the more specific of two levels. Associative. */
export const mergeSections = (specific: PolicySections, general: PolicySections): PolicySections => ({
  ...general,
  ...specific,
})
