import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import { readOrder } from './read-order.ts'
import type { Sections } from './sections.ts'
import type { Backend, Split } from './table.ts'

const label = 'failover.linkerd.io/controlled-by'
const primaryAnnotation = 'failover.linkerd.io/primary-service'
const pausedAnnotation = 'failover.linkerd.io/paused'

/** A route as the checker understands it. */
export interface Route {
  readonly object: KubeObject
  /** The one of a TrafficSplit; one for each rule of a Gateway API route, by its place. */
  readonly splits: readonly Split[]
  /** It carries the label: the operator may write it. */
  readonly ours: boolean
}

/** What policies ask for of a route, and the cluster that serves each Service. */
export interface Asked {
  readonly sections: Sections
  readonly clusterOf: (service: string) => string | undefined
}

/** Reads a route as the documents describe it; `asked`: by policies, if there are any. */
export function readRoute(object: KubeObject, asked?: Asked): Route {
  const { labels = {}, annotations = {} } = object.metadata
  const read = object.kind === 'TrafficSplit' ? [readTrafficSplit(object)] : readRules(object)
  const paused = annotations[pausedAnnotation] === 'true'
  const all = read.flatMap(({ backends }) => backends)
  const splits = read.map((split) => ({ ...split, paused, ...orderOf(split, all, object, asked) }))
  return { object, ours: label in labels, splits }
}

/** The object without its weights and what every write changes: all that the operator must leave alone. */
export function foreignParts(object: KubeObject): JsonObject {
  const { resourceVersion: _, generation: __, managedFields: ___, ...metadata } = object.metadata
  const spec = isObject(object.spec) ? object.spec : {}
  if ('backends' in spec) {
    return { ...object, metadata, spec: { ...spec, backends: withoutWeights(spec.backends) } }
  }
  const rules = listIn(spec, 'rules').map((rule) => ({
    ...rule,
    backendRefs: withoutWeights(rule.backendRefs),
  }))
  return { ...object, metadata, spec: { ...spec, rules } }
}

/** An order that makes no sense breaks a split; of one that is broken anyway it does not matter. */
function orderOf(
  { backends, broken, limit }: Unpaused,
  all: readonly Backend[],
  { metadata: { namespace = '', annotations = {} } }: KubeObject,
  asked: Asked | undefined,
): Pick<Split, 'broken' | 'order' | 'isLimited'> {
  if (broken) return { broken }
  const { isLimited, ...sections } = asked?.sections ?? {}
  const isCalled = ({ service, called }: Backend, name: string) => {
    const [reference = '', port] = name.split(':')
    const whole = reference.includes('/') ? reference : `${namespace}/${reference}`
    return service === whole && (port === undefined || called === `${whole}:${port}`)
  }
  const primaries = [...backends.keys()].filter((place) => backends[place]?.primary)
  const primary = backends[primaries[0] ?? 0]
  const named = {
    clusterOf: (place: number) => asked?.clusterOf(backends[place]?.service ?? ''),
    isNamed: (place: number, name: string) =>
      backends[place] !== undefined && isCalled(backends[place], name),
    isNamedAnywhere: (name: string) => all.some((backend) => isCalled(backend, name)),
    count: backends.length,
    primaries,
    others: [...backends.keys()].filter((place) => backends[place]?.service !== primary?.service),
    limit,
  }
  // Limits alone leave a route as it is without policies.
  const isAsked = Object.keys(sections).length > 0
  const order = readOrder(annotations, named, isAsked ? sections : undefined)
  return order === 'broken' ? { broken: true } : { broken, order, ...(isLimited ? { isLimited } : {}) }
}

type Unpaused = Omit<Split, 'paused'>

function readTrafficSplit(object: KubeObject): Unpaused {
  const { namespace = '', annotations = {} } = object.metadata
  const entries = listIn(object.spec, 'backends')
  const services = entries.map(({ service }) => `${namespace}/${String(service)}`)
  const named = annotations[primaryAnnotation]
  const primary = named === undefined ? services[0] : `${namespace}/${named}`
  const weights = entries.map(({ weight }) => readWeight(weight, 0))
  return {
    ...splitOf(services, services, services, weights, (index) => services[index] === primary),
    limit: 429_496,
  }
}

/** A rule with less than two backends leaves no choice; one that lacks the annotated primary is left alone. */
function readRules({ spec, metadata }: KubeObject): Unpaused[] {
  const { namespace = '', annotations = {} } = metadata
  return listIn(spec, 'rules').map((rule) => {
    const refs = listIn(rule, 'backendRefs')
    const services = refs.map((ref) => `${ref.namespace ?? namespace}/${String(ref.name)}`)
    const ids = refs.map(({ group = '', kind = 'Service', port }, index) =>
      [group, kind, services[index], port].join(' '),
    )
    const called = refs.map(({ port }, index) => `${services[index]}${port === undefined ? '' : `:${port}`}`)
    const isPrimary = primaryAmong(refs, services, annotations[primaryAnnotation], namespace)
    const weights = refs.map(({ weight }) => readWeight(weight, 1))
    const split = splitOf(ids, services, called, weights, isPrimary)
    return { ...split, broken: split.broken || refs.length < 2 || !refs.every(isService), limit: 1_000_000 }
  })
}

/** Whether the backend at a place is the primary: `name`, `namespace/name`, `name:port`, or the first one. */
function primaryAmong(
  refs: readonly JsonObject[],
  services: readonly string[],
  named: string | undefined,
  ownNamespace: string,
): (index: number) => boolean {
  if (named === undefined) {
    return (index) => services[index] === services[0] && refs[index]?.port === refs[0]?.port
  }
  const [reference = '', port] = named.split(':')
  const service = reference.includes('/') ? reference : `${ownNamespace}/${reference}`
  return (index) => services[index] === service && (port === undefined || String(refs[index]?.port) === port)
}

function splitOf(
  ids: readonly string[],
  services: readonly string[],
  called: readonly string[],
  weights: readonly Weight[],
  isPrimary: (index: number) => boolean,
): Pick<Split, 'backends' | 'broken'> {
  const backends = services.map(
    (service, index): Backend => ({
      id: ids[index] ?? '',
      service,
      called: called[index] ?? service,
      weight: weights[index]?.value ?? 0,
      absent: weights[index]?.absent ?? false,
      primary: isPrimary(index),
    }),
  )
  const unreadable = weights.some(({ value }) => value === undefined)
  return { backends, broken: unreadable || !backends.some(({ primary }) => primary) }
}

const isService = ({ group = '', kind = 'Service' }: JsonObject) =>
  ['', 'core'].includes(String(group)) && kind === 'Service'

const listIn = (value: unknown, field: string): JsonObject[] => {
  const list = isObject(value) ? value[field] : undefined
  return Array.isArray(list) ? list.filter(isObject) : []
}

const withoutWeights = (list: unknown): JsonObject[] =>
  listIn({ list }, 'list').map(({ weight: _, ...rest }) => rest)

/** A weight as it stands in an object; without a value it cannot be read. */
interface Weight {
  readonly value: number | undefined
  readonly absent: boolean
}

/** A number, a number in a string, or a quantity with m or k; an absent one means `absent`. */
function readWeight(raw: unknown, absent: number): Weight {
  if (raw === undefined || raw === null) return { value: absent, absent: true }
  const [, digits, unit] = /^([\d.]+)([mk]?)$/.exec(String(raw)) ?? []
  if (digits === undefined) return { value: undefined, absent: false }
  const factor = unit === 'm' ? 0.001 : unit === 'k' ? 1000 : 1
  return { value: Number(digits) * factor, absent: false }
}
