import { parseDuration } from '../../base/duration.ts'
import type { PolicySections, Sourced } from '../../core/policy/sections.ts'
import { failbackAfterAnnotation, minReadyAnnotation, tiersAnnotation } from '../route.ts'
import { quoted } from './quoted.ts'
import { parseTiers } from './tiers-text.ts'

/** What the annotations of a route ask for, before it is known which backends a split has. */
export interface AskedPolicy {
  readonly sections: PolicySections
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

/**
 * A wrong order of backends is for `tiers` to report; a wrong number is left out, so that a typo costs no
 * failover.
 */
export function readPolicy(annotations: Readonly<Record<string, string>>): AskedPolicy | undefined {
  const tiers = annotations[tiersAnnotation]
  const minReady = annotations[minReadyAnnotation]
  const failbackAfter = annotations[failbackAfterAnnotation]
  if (tiers === undefined && minReady === undefined && failbackAfter === undefined) return undefined
  const count = minReady === undefined ? undefined : parseCount(minReady)
  const afterMs = failbackAfter === undefined ? undefined : parseDuration(failbackAfter)
  const ignored: IgnoredAnnotation[] = []
  if (minReady !== undefined && count === undefined)
    ignored.push(ignore(minReadyAnnotation, minReady, `a count from 1 to ${mostReady}`))
  if (failbackAfter !== undefined && afterMs === undefined)
    ignored.push(
      ignore(failbackAfterAnnotation, failbackAfter, 'a duration of at most 24h, such as 60s or 1m30s'),
    )
  return {
    sections: {
      ...(tiers === undefined ? {} : { tiers: by(tiersAnnotation, parseTiers(tiers)) }),
      ...(count === undefined ? {} : { minReady: by(minReadyAnnotation, { count }) }),
      ...(afterMs === undefined ? {} : { failback: by(failbackAfterAnnotation, { afterMs }) }),
    },
    ignored,
  }
}

const by = <T>(annotation: string, value: T): Sourced<T> => ({ value, from: { annotation } })

const ignore = (annotation: string, value: string, write: string): IgnoredAnnotation => ({
  annotation,
  message: `annotation ${annotation} is ${quoted(value)} and is ignored; write ${write}`,
})

function parseCount(text: string): number | undefined {
  const count = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0
  return count >= 1 && count <= mostReady ? count : undefined
}
