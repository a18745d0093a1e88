import { equal } from '../../../sandbox/json.ts'
import type { Sent } from '../network/sent.ts'
import { knownSplits, reasonsFor } from './explain.ts'
import { type Facts, resourceOfKey } from './facts.ts'
import { foreignParts, type Route } from './read-route.ts'
import type { Span } from './services.ts'
import { type Split, weightsOf } from './table.ts'
import type { Rule } from './violation.ts'

/** One write of the operator to a route, with what was there and what is there now. */
export interface RouteWrite {
  readonly key: string
  readonly sent: Sent
  readonly before: Route | undefined
  readonly after: Route | undefined
  /** States of the route in which the decision table explains the write. */
  readonly reasons: readonly Split[]
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
  ['not ours', ({ before }) => (before.ours ? undefined : 'it does not carry the label')],
  [
    'all zero',
    ({ after }) =>
      weightsOf(after.split).every((weight) => weight === 0) ? 'nobody has a weight' : undefined,
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
    ({ reasons }) => (reasons.length > 0 ? undefined : 'for no reason that its writer can know'),
  ],
  [
    'time travel',
    ({ sent: { process, view } }) => {
      const old = readinessResources.find((resource) => (view.of(resource) ?? 0) < process.bornVersion)
      return old && !process.wasMisled ? `what it knows of ${old} is older than itself` : undefined
    },
  ],
]

/** Joins a write with its reasons; `before` the change is told to `facts`. */
export function routeWrite(key: string, sent: Sent, after: Route | undefined, facts: Facts): RouteWrite {
  const before = facts.route(key).now
  const span = (resource: string): Span => [sent.view.of(resource) ?? 0, sent.version]
  const spans = {
    endpointslices: span('endpointslices'),
    endpoints: span('endpoints'),
    services: span('services'),
  }
  const known = knownSplits(facts.route(key), ...span(resourceOfKey(key)))
  const possible = (service: string) => facts.services.possible(service, spans)
  const reasons = before && after ? reasonsFor(before.split, after.split, known, possible) : []
  return { key, sent, before, after, reasons }
}

/** The first rule that a write breaks, and how. */
export function judge(write: RouteWrite): { readonly rule: Rule; readonly what: string } | undefined {
  const { before, after, key, sent } = write
  const who = `${sent.process.name} wrote ${key}`
  if (!before || !after) return { rule: 'foreign write', what: `${who}: created or deleted it` }
  const moved = `${weightsOf(before.split).join(' ')} became ${weightsOf(after.split).join(' ')}`
  for (const [rule, check] of judges) {
    const wrong = check({ ...write, before, after })
    if (wrong !== undefined) return { rule, what: `${who}: ${moved}: ${wrong}` }
  }
  return undefined
}
