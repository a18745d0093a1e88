import type { Threshold } from './count.ts'

/** What may be a target, the most specific first. */
export const levels = ['route', 'service', 'namespace', 'mesh'] as const
export type Level = (typeof levels)[number]

/** One tier as a policy has it. */
export type AskedTier =
  | 'rest'
  | { readonly clusters: readonly string[] }
  | { readonly backends: readonly { readonly name: string; readonly weight: number | undefined }[] }

export interface AskedReturn {
  readonly waitMs: number
  /** Failovers make the wait longer, up to this (ms). */
  readonly atMostMs?: number
  readonly toReturn?: Threshold
  /** Traffic goes back only when a person says so. */
  readonly isManual?: true
}

/** What one level asks for: each section whole, or nothing of it. */
export interface Sections {
  readonly tiers?: { readonly asked: readonly AskedTier[]; readonly level: Level }
  readonly minReady?: Threshold
  readonly failover?: { readonly fewMs: number; readonly downMs: number }
  readonly failback?: AskedReturn
  /** Moves that are not needed may be held up; no section, and of the Mesh only. */
  readonly isLimited?: true
}

/** Each section from the first that has it. */
export function mergedOf(all: readonly Sections[]): Sections {
  let merged: Sections = {}
  for (const one of all) merged = { ...one, ...merged }
  return merged
}
