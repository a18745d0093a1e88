import { failbackAfterAnnotation, minReadyAnnotation, tiersAnnotation } from '../route.ts'
import { parseDuration } from './duration.ts'
import { quoted } from './quoted.ts'
import { type ParsedTiers, parseTiers } from './tiers-text.ts'

/** What the annotations of a route ask for, before it is known which backends a split has. */
export interface AskedPolicy {
  /** `undefined`: the primary first, then all others. */
  readonly tiers: ParsedTiers | undefined
  readonly minReady: number
  readonly failbackAfterMs: number
  /** What is not used because it cannot be understood. */
  readonly ignored: readonly IgnoredAnnotation[]
}

export interface IgnoredAnnotation {
  readonly annotation: string
  /** In words for its owner. */
  readonly message: string
}

/** The most that `min-ready` can ask for (count). */
const mostReady = 10_000

/** A wrong order of backends is for `tiers` to tell; a wrong number is left out, so that a typo costs no failover. */
export function readPolicy(annotations: Readonly<Record<string, string>>): AskedPolicy | undefined {
  const tiers = annotations[tiersAnnotation]
  const minReady = annotations[minReadyAnnotation]
  const failbackAfter = annotations[failbackAfterAnnotation]
  if (tiers === undefined && minReady === undefined && failbackAfter === undefined) return undefined
  const count = minReady === undefined ? 1 : parseCount(minReady)
  const ms = failbackAfter === undefined ? 0 : parseDuration(failbackAfter)
  const ignored = [
    count === undefined && ignore(minReadyAnnotation, minReady, `a count from 1 to ${mostReady}`),
    ms === undefined &&
      ignore(failbackAfterAnnotation, failbackAfter, 'a duration of at most 24h, such as 60s or 1m30s'),
  ]
  return {
    tiers: tiers === undefined ? undefined : parseTiers(tiers),
    minReady: count ?? 1,
    failbackAfterMs: ms ?? 0,
    ignored: ignored.filter((one) => one !== false),
  }
}

const ignore = (annotation: string, value: string | undefined, write: string): IgnoredAnnotation => ({
  annotation,
  message: `annotation ${annotation} is ${quoted(value)} and is ignored; write ${write}`,
})

function parseCount(text: string): number | undefined {
  const count = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0
  return count >= 1 && count <= mostReady ? count : undefined
}
