import { type Circumstances, judgeSplit } from '../../core/judge.ts'
import { justSeen } from '../../core/policy/patience.ts'
import { shadowOf, wouldText } from '../../core/policy/shadow.ts'
import type { ReadinessOf, Split } from '../../core/types.ts'

/**
 * How a split would be served now if no policy were a DryRun, in words; null if no DryRun concerns it. What would have
 * happened before is not known here.
 */
export function wouldNow(split: Split, readiness: ReadinessOf, around: Circumstances): string | null {
  const would = shadowOf(split)
  return would ? wouldText(judgeSplit(would, readiness, { ...around, past: justSeen })) : null
}

/** Who would have it so, and how, as a line; `policies`: the FailoverPolicies (`namespace/name`) that are a DryRun. */
export const dryRunText = (policies: readonly string[], would: string): string =>
  `${policies.length > 1 ? 'FailoverPolicies' : 'FailoverPolicy'} ${policies.join(', ')}: ${would}`
