import type { Account, MemberAccount } from '../core/account.ts'
import { bestOf } from '../core/readiness.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'
import { readinessText } from '../core/words.ts'
import type { Target } from './reach.ts'
import type { ReadinessSource } from './source.ts'

/**
 * What people are shown of a Service that is called by `targets`, one for each of its ports: its `readiness`,
 * which objects say so, and its members.
 */
export function accountFrom(
  service: ServiceKey,
  readiness: Readiness,
  targets: readonly Target[],
  sourceOf: (target: Target) => ReadinessSource,
): Account {
  const [source] = targets.map(sourceOf)
  const why = readinessText(service, readiness)
  const isCount = readiness.state === 'ready' || readiness.why === undefined
  return {
    readiness,
    why: source && isCount ? `${why}, according to ${source.name}` : why,
    members: membersOf(targets, sourceOf),
  }
}

/** The members are the same for each port; what is known of one is the best that one of its ports has. */
function membersOf(
  targets: readonly Target[],
  sourceOf: (target: Target) => ReadinessSource,
): readonly MemberAccount[] {
  const [first = [], ...others] = targets.map((target) => sourceOf(target).membersOf?.(target) ?? [])
  return first.map((member, place) => {
    const same = [member, ...others.flatMap((members) => members[place] ?? [])]
    const best = bestOf(same.map(({ readiness }) => readiness))
    return same.find(({ readiness }) => readiness === best) ?? member
  })
}
