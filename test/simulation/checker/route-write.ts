import { equal } from '../../../sandbox/json.ts'
import type { Sent } from '../network/sent.ts'
import type { Count } from './count.ts'
import { isWanted, knownWrites, type SplitsWrite } from './explain.ts'
import { type Facts, resourceOfKey } from './facts.ts'
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
export interface RouteWrite {
  readonly key: string
  readonly sent: Sent
  readonly before: Route | undefined
  readonly after: Route | undefined
  /** Its writer can have known the route as it was. */
  readonly known: boolean
  /** Its writer had seen all that happened to the route before. */
  readonly recognisable: boolean
  /** What its writer can have taken something called for. */
  readonly possible: (called: string) => readonly Count[]
  /** The decision table explains it. */
  readonly wanted: boolean
  /** As its writer meant it; `undefined` if it cannot have known the route as it was. */
  readonly meant: SplitsWrite | undefined
}

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
    'not explained',
    ({ known, wanted, before, possible }) => {
      if (!known) return 'its writer cannot know the route as it was'
      return wanted ? undefined : `for no reason that its writer can know: ${knowable(before, possible)}`
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
export function routeWrite(key: string, sent: Sent, after: Route | undefined, facts: Facts): RouteWrite {
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
  const writes = before && after ? knownWrites(before, after, facts.route(key), from, to) : []
  const possible = (called: string) =>
    facts.services.possible(called, {
      spans,
      at: sent.at,
      far,
      links,
      gateway: sent.far.gateway,
    })
  const known = writes.length > 0
  const reason = writes.find((write) => isWanted(write.before, write.after, possible))
  const recognisable = facts.route(key).during(from, Number.POSITIVE_INFINITY).length === 1
  const [meant] = reason ? [reason] : writes
  return { key, sent, before, after, known, recognisable, possible, wanted: reason !== undefined, meant }
}

/** What its writer can have taken each backend for, in words. */
function knowable({ splits }: Route, possible: RouteWrite['possible']): string {
  const called = new Set(splits.flatMap(({ backends }) => backends.map((backend) => backend.called)))
  return [...called].map((one) => `${one} ${possible(one).join(' or ')}`).join(', ')
}

/** The splits whose weights a write changed, before and after it. */
function changes(before: readonly Split[], after: readonly Split[]): [before: Split, after: Split][] {
  return before.flatMap((split, place) => {
    const now = after[place]
    return now && !equal(weightsOf(split), weightsOf(now)) ? [[split, now]] : []
  })
}

/** Which ways a write moved traffic, each with the number of its splits. */
export function movesOf({ meant }: RouteWrite): Moves {
  const moves = new Map<Direction, number>()
  for (const [split, now] of meant ? changes(meant.before, meant.after) : []) {
    const direction = directionOf(split, now)
    moves.set(direction, (moves.get(direction) ?? 0) + 1)
  }
  return moves
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
