import { unknownBecause } from '../../core/readiness.ts'
import type { RouteState } from '../../core/state.ts'
import type { OwnEvent } from '../../kube/events/own-events.ts'
import { kindOfObject } from '../../routes/codecs.ts'
import { type FindingReason, findingReasons } from '../../routes/finding.ts'
import { type RouteKey, routeKey } from '../../routes/key.ts'
import { readMoves, type WeightMove } from '../../routes/move-text.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { PastEntry, SplitMove, TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import { refOf } from './timeline.ts'

type Told = Pick<TimelineEntry, 'what' | 'state' | 'sentence'>

/** How a route was at a moment of the past, as far as that is known. */
interface Before {
  readonly state: RouteState
  /** The same, unless nothing was ready. */
  readonly serving: RouteState
}

/**
 * The entries of the timeline that Events show, the oldest first: of routes in the view only, since what else is in the
 * cluster may be another operator's. An Event has no rule, and no readiness.
 */
export function pastEntries(events: readonly OwnEvent[], view: View): PastEntry[] {
  const states = new Map<RouteKey, Before>()
  return [...events]
    .sort((one, other) => one.at - other.at)
    .flatMap((event) => {
      const { namespace, name } = event.about
      const key = routeKey({ kind: kindOfObject(event.about), namespace, name })
      const record = view.get(key)
      const before = record && (states.get(key) ?? beforeAll(record))
      const told = before && toldBy(event, before)
      if (!told) return []
      const serving = serves(told.state) ? told.state : before.serving
      states.set(key, { state: told.state, serving })
      return [entryOf(event, record, told, view)]
    })
}

const serves = (state: RouteState): boolean => state !== 'dark' && state !== 'misconfigured'

const beforeAll = ({ state }: RouteRecord): Before => ({ state, serving: serves(state) ? state : 'primary' })

function entryOf({ id, uid, at, weights }: OwnEvent, { route }: RouteRecord, told: Told, view: View) {
  const primary = route.splits[0]?.primary
  return {
    ...told,
    id: id ?? uid,
    at: new Date(at),
    route: refOf(route),
    rule: undefined,
    splits: weights === undefined ? [] : readMoves(weights).map(moveOf),
    cluster: primary === undefined ? undefined : view.clusterOf(primary),
    reactionMs: undefined,
  }
}

const notKnown = unknownBecause('the Event does not say how many endpoints were ready then')

const moveOf = ({ where, backends }: WeightMove): SplitMove => ({
  where,
  backends: backends.map((backend) => ({ ...backend, readiness: notKnown })),
})

/** What an Event tells of, if it is of those that the timeline has. */
function toldBy({ reason, message }: OwnEvent, { state, serving }: Before): Told | undefined {
  const why = message.slice(message.indexOf(': ') + 2)
  if (reason === 'Failover') return moveIn(message, why)
  if (reason === 'NothingReady') return { what: 'hold', state: 'dark', sentence: `holds: ${why}` }
  if (reason === 'Misconfigured')
    return { what: 'hold', state: 'misconfigured', sentence: `holds: ${message}` }
  if (reason === 'Recovered') return { what: 'release', state: serving, sentence: `recovered: ${why}` }
  if (reason === 'ReturnWaits' && message.includes('awaits approval'))
    return { what: 'awaiting-return', state, sentence: message }
  if (isFinding(reason)) return { what: 'finding', state, sentence: `${reason}: ${message}` }
  return undefined
}

/** Notes begin as those of the original operator. */
function moveIn(message: string, why: string): Told {
  if (message.includes('switching traffic to primary'))
    return { what: 'failback', state: 'primary', sentence: `on its primary: ${why}` }
  const state = why.includes(' is drained by ') ? 'drained' : 'failover'
  const what = message.includes('failing over to') ? 'failover' : 'redistribute'
  return { what, state, sentence: `fails over: ${why}` }
}

const isFinding = (reason: string): reason is FindingReason =>
  findingReasons.some((finding) => finding === reason)
