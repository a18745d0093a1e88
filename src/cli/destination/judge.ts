import type { Result } from '../../base/result.ts'
import type { ServicesRead } from '../snapshot.ts'
import type { Asked } from './ask-pods.ts'
import { type Called, isElsewhere } from './called.ts'
import { differencesOf, type Found, type PodGiven } from './differences.ts'
import { givenBy } from './given.ts'

/** How many endpoints the operator counts as ready; `undefined`: it does not know, or was not asked. */
export type Counts = (called: Called) => number | undefined

/** One look at all destination Pods. */
export interface Judged {
  readonly asked: readonly Asked[]
  readonly services: readonly Compared[]
  readonly differences: readonly Difference[]
  /** What is not known, in sentences. */
  readonly unseen: readonly string[]
}

/** A Service and port, and what each Pod that answered gives of it. */
export interface Compared {
  readonly called: Called
  /** Endpoints that are ready; `undefined`: that is not known. */
  readonly ready: number | undefined
  readonly given: readonly PodGiven[]
}

export interface Difference extends Compared {
  readonly found: Found
  /** Every Pod that has reported a number differs, and there are several. */
  readonly isEverywhere: boolean
}

/** Compares what the Pods have answered with what is known of the Services. */
export function judge(
  called: readonly Called[],
  asked: readonly Asked[],
  services: ServicesRead,
  counts: Result<Counts, string>,
): Judged {
  const answered = asked.flatMap(({ pod, view }) => (view.ok ? [{ pod, of: givenBy(view.value) }] : []))
  const compared = called.map((one) => ({
    called: one,
    ready: readyOf(one, services, counts),
    given: answered.map(({ pod, of }) => ({ pod, given: of(one) })),
  }))
  return {
    asked,
    services: compared,
    differences: compared.flatMap(differencesIn),
    unseen: counts.ok ? [] : uncounted(called.filter(isElsewhere), counts.error),
  }
}

function differencesIn(compared: Compared): Difference[] {
  const { called, given, ready } = compared
  const found = differencesOf(called, given, ready)
  const reporting = given.filter((one) => one.given.state === 'reported').length
  const differing = found.filter(({ kind }) => kind !== 'unread').length
  const isEverywhere = reporting > 1 && differing === reporting
  return found.map((one) => ({ ...compared, found: one, isEverywhere }))
}

function readyOf(
  called: Called,
  { readiness }: ServicesRead,
  counts: Result<Counts, string>,
): number | undefined {
  if (isElsewhere(called)) return counts.ok ? counts.value(called) : undefined
  const known = readiness({ ...called, weight: undefined })
  return known.state === 'unknown' ? undefined : known.ready
}

function uncounted(called: readonly Called[], why: string): string[] {
  const names = [...new Set(called.map(({ service }) => service))]
  if (names.length === 0) return []
  return [`how many endpoints the operator counts in other clusters for ${names.join(', ')}: ${why}`]
}
