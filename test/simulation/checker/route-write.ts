import { equal } from '../../../sandbox/json.ts'
import type { Sent } from '../network/sent.ts'
import { countText } from './count.ts'
import { darkByChoice, darkByDrain, intoDrain } from './drain-judges.ts'
import { type DrainedOf, nothingDrained } from './drain-sight.ts'
import type { Drains } from './drained.ts'
import { isWanted, isWantedIf, type Knowable, knownWrites, readBy, type SplitsWrite } from './explain.ts'
import { type Facts, namespaceOfKey, resourceOfKey } from './facts.ts'
import type { OwnSeen } from './own-kinds.ts'
import { type Readings, withoutPolicies } from './policy-sight.ts'
import { foreignParts, type Route } from './read-route.ts'
import type { Sight, Span } from './services.ts'
import {
  addsInVain,
  type Direction,
  directionOf,
  type Moves,
  type Split,
  textOf,
  weightsOf,
} from './table.ts'
import type { Rule } from './violation.ts'

/** One write of the operator to a route, with what was there and what is there now. */
export interface RouteWrite extends Knowable {
  readonly key: string
  readonly sent: Sent
  readonly before: Route | undefined
  readonly after: Route | undefined
  /** Its writer can have known the route as it was. */
  readonly known: boolean
  /** Its writer had seen all that happened to the route before. */
  readonly recognisable: boolean
  /** The decision table explains it. */
  readonly wanted: boolean
  /** As its writer meant it; `undefined` if it cannot have known the route as it was. */
  readonly meant: SplitsWrite | undefined
  /** All that it can have meant for which the table has a reason. */
  readonly reasons: readonly SplitsWrite[]
  /** How its writer can have understood splits. */
  readonly readings: Readings
  /** The table explains it if Drains that are over still count. */
  readonly outlived: boolean
}

const nothingOwn: OwnSeen = { drains: nothingDrained, readings: withoutPolicies }

const readinessResources = ['endpointslices', 'endpoints', 'services'] as const

type Judge = (write: RouteWrite & { readonly before: Route; readonly after: Route }) => string | undefined

/** What every write must hold to; each answers with what is wrong. The first that complains is the one to mend. */
const judges: readonly (readonly [Rule, Judge])[] = [
  [
    'foreign write',
    ({ before, after }) =>
      equal(foreignParts(before.object), foreignParts(after.object))
        ? undefined
        : 'changed more than weights',
  ],
  [
    'foreign write',
    ({ before, after }) =>
      before.splits.some((split, place) => addsInVain(split, after.splits[place]))
        ? 'added a weight that says what its absence said'
        : undefined,
  ],
  ['not ours', ({ before }) => (before.ours ? undefined : 'it does not carry the label')],
  [
    'all zero',
    ({ before, after }) =>
      changes(before.splits, after.splits).some(([, split]) =>
        weightsOf(split).every((weight) => weight === 0),
      )
        ? 'nobody has a weight'
        : undefined,
  ],
  [
    'before sync',
    ({ sent: { view } }) => {
      const missing = readinessResources.filter((resource) => view.of(resource) === undefined)
      return missing.length > 0 ? `no complete list of ${missing.join(', ')} was read before` : undefined
    },
  ],
  [
    'into a drain',
    ({ meant, ...knowable }) => {
      const into = meant && intoDrain(changes(meant.before, meant.after), knowable)
      return into && `${into} is drained, and another one can serve`
    },
  ],
  [
    'dark by drain',
    ({ meant, ...knowable }) => {
      const left = meant && darkByDrain(changes(meant.before, meant.after), knowable)
      return left && `nothing that has traffic can serve, and ${left} could`
    },
  ],
  ['drain outlived', ({ wanted, outlived }) => (!wanted && outlived ? 'by a Drain that is over' : undefined)],
  [
    'not explained',
    ({ known, wanted, before, possible }) => {
      if (!known) return 'its writer cannot know the route as it was'
      return wanted ? undefined : `for no reason that its writer can know: ${knowable(before, possible)}`
    },
  ],
  [
    'dark by choice',
    ({ meant, ...knowable }) => {
      const dark = meant && darkByChoice(changes(meant.before, meant.after), knowable)
      return dark && `${dark} could serve, and nothing that has traffic now can`
    },
  ],
  [
    'time travel',
    ({ sent: { process, view } }) => {
      const old = readinessResources.find((resource) => (view.of(resource) ?? 0) < process.bornMoment)
      return old && !process.wasMisled ? `what it knows of ${old} is older than itself` : undefined
    },
  ],
]

/** Joins a write with its reasons; `before` the change is told to `facts`. */
export function routeWrite(
  key: string,
  sent: Sent,
  after: Route | undefined,
  facts: Facts,
  { drains, readings }: OwnSeen = nothingOwn,
): RouteWrite {
  const before = facts.route(key).now
  const span = (resource: string): Span => [sent.view.of(resource) ?? 0, sent.moment]
  const spans = {
    endpointslices: span('endpointslices'),
    endpoints: span('endpoints'),
    services: span('services'),
  }
  const links = facts.far.links(sent.view.of('links') === undefined ? undefined : span('links'))
  const farSight = { secret: span('secrets'), ...sent.far }
  const far: Sight['far'] = (service, port) => facts.far.possible(service, port, farSight)
  const [from, to] = span(resourceOfKey(key))
  const known = before && after ? knownWrites(before, after, facts.route(key), from, to) : []
  const writes = readBy(known, readings)
  const possible = (called: string) =>
    facts.services.possible(called, {
      spans,
      at: sent.at,
      far,
      links,
      gateway: sent.far.gateway,
    })
  const within =
    (of: DrainedOf): Knowable['drained'] =>
    (split) =>
      of(split, namespaceOfKey(key))
  const drained = within(drains.possible)
  const reasonsBy = (of: Knowable['drained']) =>
    writes.filter((write) => isWanted(write.before, write.after, { possible, drained: of }))
  const reasons = reasonsBy(drained)
  const wanted = reasons.length > 0
  const outlived = !wanted && reasonsBy(within(drains.outlived)).length > 0
  const recognisable = facts.route(key).during(from, Number.POSITIVE_INFINITY).length === 1
  const [meant] = wanted ? reasons : writes
  return {
    ...{
      key,
      sent,
      before,
      after,
      recognisable,
      possible,
      drained,
      wanted,
      outlived,
      meant,
      reasons,
      readings,
    },
    known: known.length > 0,
  }
}

/** What its writer can have taken each backend for, in words. */
function knowable({ splits }: Route, possible: RouteWrite['possible']): string {
  const called = new Set(splits.flatMap(({ backends }) => backends.map((backend) => backend.called)))
  return [...called].map((one) => `${one} ${possible(one).map(countText).join(' or ')}`).join(', ')
}

/** The splits whose weights a write changed, before and after it. */
function changes(before: readonly Split[], after: readonly Split[]): [before: Split, after: Split][] {
  return before.flatMap((split, place) => {
    const now = after[place]
    return now && !equal(weightsOf(split), weightsOf(now)) ? [[split, now]] : []
  })
}

/** Which ways a write moved traffic, each with the number of its splits. */
export interface MovesMade {
  readonly moves: Moves
  /** It was one of these ways, which depends on what its writer took for drained. */
  readonly perhaps: Moves
}

export function movesOf({ meant, reasons, ...knowable }: RouteWrite): MovesMade {
  const [moves, perhaps] = [new Map<Direction, number>(), new Map<Direction, number>()]
  const all = (reasons.length > 0 ? reasons : meant ? [meant] : []).map((one) =>
    changes(one.before, one.after),
  )
  for (const place of all[0]?.keys() ?? []) {
    const each = all.flatMap((some) => some.slice(place, place + 1))
    const ways = [...new Set(each.flatMap(([split, now]) => waysOf(split, now, knowable)))]
    for (const way of ways) {
      const some = ways.length === 1 ? moves : perhaps
      some.set(way, (some.get(way) ?? 0) + 1)
    }
  }
  return { moves, perhaps }
}

function waysOf(before: Split, after: Split, knowable: Knowable): Direction[] {
  const way = (drains: Drains | undefined) => directionOf({ ...before, drains }, after)
  const all = knowable.drained(before)
  if (new Set(all.map(way)).size === 1) return all.slice(0, 1).map(way)
  const meant = all.filter((drains) => isWantedIf(drains, before, after, knowable))
  return [...new Set((meant.length > 0 ? meant : all).map(way))]
}

/** The first rule that a write breaks, and how. */
export function judge(write: RouteWrite): { readonly rule: Rule; readonly what: string } | undefined {
  const { before, after, key, sent } = write
  const who = `${sent.process.name} wrote ${key}`
  if (!before || !after) return { rule: 'foreign write', what: `${who}: created or deleted it` }
  const text = ({ splits }: Route) => textOf(splits.map(weightsOf))
  const moved = `${text(before)} became ${text(after)}`
  for (const [rule, check] of judges) {
    const wrong = check({ ...write, before, after })
    if (wrong !== undefined) return { rule, what: `${who}: ${moved}: ${wrong}` }
  }
  return undefined
}
