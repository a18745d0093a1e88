import type { DrainFacts } from '../../api/drain-item.ts'
import type { Status } from '../../api/schema.ts'
import type { Clock } from '../../base/clock.ts'
import type { Route } from '../../routes/route.ts'
import type { View } from '../../view/view.ts'

/** Which replica is the leader, as this process knows; `alone` if leader election is off. */
export interface Leadership {
  readonly role: 'leader' | 'standby' | 'alone'
  readonly leader: string | undefined
}

/** What the JSON API reads to answer a request. */
export interface ApiSources {
  readonly clock: Clock
  readonly view: View
  readonly version: string
  readonly instance: string
  readonly startedAt: Date
  /** What is missing, in words; empty when the operator acts. */
  readonly ready: () => readonly string[]
  /** Whether many weights are being written, so that work that only shows something should wait. */
  readonly busy: () => boolean
  readonly leadership: () => Leadership
  readonly watches: () => Iterable<{ name: string; state: string; synced: boolean; size: number }>
  /** The gateways of linked clusters that are probed. */
  readonly gateways: () => Iterable<Omit<Status['gateways'][number], 'since'> & { readonly since: Date }>
  /** The Drains that are in effect, and the last ones that were. */
  readonly drains: () => Iterable<DrainFacts>
  /** The part of a route's object that the operator moves, as its owner would write it. */
  readonly excerpt: (route: Route) => unknown
}
