import { isDeepStrictEqual } from 'node:util'
import type { Sent } from '../network/sent.ts'
import { everyChoice, gradeOf } from './count.ts'
import { isSameObject, type Knowable, knownWrites, readBy, type SplitsWrite } from './explain.ts'
import type { Facts } from './facts.ts'
import type { Readings } from './policy-sight.ts'
import type { Route } from './read-route.ts'
import { movesOf, type RouteWrite } from './route-write.ts'
import { allWeightsBy, type Direction, enoughOf, type Moves, type Split, weightsOf } from './table.ts'
import { isReadyAs } from './tiers.ts'

/** What a standby has read may be so old (ms) when its write leaves. */
const freshMs = 1_000

/** A write that its sender makes as a standby. */
export const isHedge = ({ request }: Pick<Sent, 'request'>): boolean =>
  request.query?.fieldManager === 'linkerd-failover-standby'

/** The time from which on a standby can have read what it wrote by. */
export const readSince = ({ at, process }: Sent): number => (process.wasMisled ? 0 : at - freshMs)

/**
 * What a standby wrote, by other rules than the leader's: whatever its watches have told, each split that it
 * moved needed that, by what the clusters were within the last second; and every other split stayed.
 */
export function hedged(write: RouteWrite, facts: Facts, since: number, farSince: number): RouteWrite {
  const { key, sent, before, after } = write
  const span = [since, sent.moment] as const
  const spans = { endpointslices: span, endpoints: span, services: span }
  // Links are not read again: the watch counts.
  const seen = sent.view.of('links')
  const links = facts.far.links(seen === undefined ? undefined : [seen, sent.moment])
  // What the probes say against a gateway is the sender's own: the leader may never have had an answer.
  const gateway = sent.far.gateway.map((word) => (word === 'down' ? 'pending' : word))
  const possible = (called: string) =>
    facts.services.possible(called, {
      spans,
      at: sent.at,
      far: (service, port) => ['unknown', ...facts.far.during(service, port, [farSince, sent.far.moment])],
      links,
      gateway,
      isForAll: true,
    })
  const isWhole = before !== undefined && after !== undefined
  const known = isWhole ? knownWrites(before, after, facts.route(key), since, sent.moment) : []
  const writes = readBy(known, write.readings)
  // Drains are read again only to see that the sender knows them: what it knew by then counts.
  const reasons = writes.filter((one) => isNeeded(one, { possible, drained: write.drained }))
  const wanted = reasons.length > 0
  const [meant] = wanted ? reasons : writes
  return { ...write, known: known.length > 0, possible, wanted, meant, reasons }
}

/**
 * Ways that the move of a standby goes for a replica that knew the route in another form with the same generation, which
 * a restore of etcd has undone: to that replica the move is the next state.
 */
export function waysAcross(write: RouteWrite, forms: Iterable<Route | undefined>): Moves {
  const { before, after } = write
  const ways = new Map<Direction, number>()
  for (const form of forms) {
    if (
      !before ||
      !after ||
      !form ||
      !isSameObject(form, before) ||
      isDeepStrictEqual(form.splits, before.splits)
    )
      continue
    const reasons = readBy([{ form, before: form.splits, after: after.splits }], write.readings)
    const { moves, perhaps } = movesOf({ ...write, reasons })
    for (const [way, times] of [...moves, ...perhaps]) ways.set(way, Math.max(ways.get(way) ?? 0, times))
  }
  return ways
}

/** Ways that the move of a standby goes for a replica to which other policies apply. */
export function waysBy(write: RouteWrite, readings: Readings): Moves {
  const { before, after } = write
  if (!before || !after) return new Map()
  const reasons = readBy([{ form: before, before: before.splits, after: after.splits }], readings)
  const { moves, perhaps } = movesOf({ ...write, reasons })
  return new Map([...moves, ...perhaps])
}

function isNeeded({ before, after }: SplitsWrite, knowable: Knowable): boolean {
  const pairs = before.map((split, place) => [split, after[place]] as const)
  const moved = pairs.filter(([was, is]) => !is || !isDeepStrictEqual(weightsOf(was), weightsOf(is)))
  return moved.length > 0 && moved.every(([was, is]) => is !== undefined && isNeededMove(was, is, knowable))
}

/** Nothing that had weight could serve, something else could, and all of it was known. */
function isNeededMove(was: Split, is: Split, { possible, drained }: Knowable): boolean {
  const names = [...new Set(was.backends.map(({ called }) => called))]
  const grades = (name: string) => possible(name).map((count) => gradeOf(count, enoughOf(was)))
  return everyChoice(names.map((name) => [...new Set(grades(name))])).some((choice) => {
    const readiness = (called: string) => choice[names.indexOf(called)] ?? 'unknown'
    const served = was.backends.some(({ weight, called }) => weight > 0 && readiness(called) !== 'down')
    const serves = is.backends.some(({ weight, called }) => weight > 0 && isReadyAs(readiness(called)))
    const isTheTables = drained(was)
      .flatMap((drains) => allWeightsBy({ ...was, drains }, readiness, true))
      .some((weights) => isDeepStrictEqual(weights, weightsOf(is)))
    return !choice.includes('unknown') && !served && serves && isTheTables
  })
}
