import { controlledByLabel } from '../../base/names.ts'
import { isAllZero, isPrimary, weightsOf } from '../../core/split.ts'
import type { ServiceKey } from '../../core/types.ts'
import { primaryAnnotation, type RouteCodec } from '../../routes/route.ts'
import type { MigrationInput } from './input.ts'
import type { Original } from './original.ts'
import { findPorts } from './ports.ts'
import { wholeWeights } from './weights.ts'

/** A route as `kubectl apply` takes it. */
export interface RouteObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: unknown
}

/** What becomes of one TrafficSplit. */
export interface Migration {
  readonly original: Original
  /** One for each port of the apex. */
  readonly routes: readonly RouteObject[]
  /** Why some or all of its requests would not be routed: not to be applied as it is. */
  readonly problems: readonly string[]
  /** What is different, or is to be known, about its routes. */
  readonly notes: readonly string[]
}

type Target = Pick<MigrationInput, 'ports' | 'apiVersion' | 'existing'> & { readonly codec: RouteCodec }

/** The schema of the Gateway API takes no more backendRefs in a rule. */
const mostBackends = 16
/** A name is a DNS subdomain (RFC 1123), and no longer. */
const longestName = 253

/** The routes that replace a TrafficSplit. */
export function migrate(original: Original, target: Target): Migration {
  const { route, split, leftOver } = original
  const failed = (problem: string): Migration => ({
    original,
    routes: [],
    problems: [problem],
    notes: leftOver,
  })
  const [apex] = route.apexes
  if (split.problem !== undefined) return failed(split.problem)
  if (apex === undefined) return failed('spec.service is missing; it must name the Service that clients call')
  if (split.backends.length > mostBackends) {
    return failed(`it has ${split.backends.length} backends; a rule of a route takes at most ${mostBackends}`)
  }
  const { ports, problems } = findPorts(
    apex,
    split.backends.map(({ service }) => service),
    target.ports,
  )
  const { weights, note } = carryWeights(original)
  const made = ports.map((port) =>
    routeFor(original, target, apex, { port, weights, isOnly: ports.length === 1 }),
  )
  const isTooLong = ({ metadata: { name } }: RouteObject) => name.length > longestName
  return {
    original,
    routes: made.filter((object) => !isTooLong(object)),
    problems: [...problems, ...made.filter(isTooLong).map(tooLong)],
    notes: [...note, ...aboutLabel(original), ...leftOver, ...aboutExisting(made, target)],
  }
}

const tooLong = ({ metadata: { name } }: RouteObject): string =>
  `no route ${name}: the name has ${name.length} characters, and at most ${longestName} are allowed; give the TrafficSplit a shorter name`

/** It may be one of an earlier run, or have nothing to do with the TrafficSplit. */
const aboutExisting = (made: readonly RouteObject[], { existing }: Target): string[] =>
  made
    .map(({ kind, metadata: { namespace, name } }) => ({ kind, name: `${namespace}/${name}` }))
    .filter(({ name }) => existing.has(name))
    .map(({ kind, name }) => `${kind} ${name} exists already; kubectl apply would change it`)

function carryWeights({ split }: Original): { weights: number[]; note: string[] } {
  const before = weightsOf(split)
  if (isAllZero(split)) {
    const weights = split.backends.map((backend) => (isPrimary(split, backend) ? 1 : 0))
    const note =
      'all weights are zero, and no proxy can route by them: the primary gets weight 1, as the operator would write it'
    return { weights, note: [note] }
  }
  const weights = wholeWeights(before)
  if (String(weights) === String(before)) return { weights, note: [] }
  return {
    weights,
    note: [
      `the weights ${before.join('/')} are written as ${weights.join('/')}: a route takes only integers`,
    ],
  }
}

function aboutLabel({ route, split }: Original): string[] {
  if (split.backends.length === 1) {
    return ['it has only one backend and nothing to fail over to, so its route is not controlled']
  }
  const isControlled = controlledByLabel in route.labels
  return isControlled
    ? []
    : [`it does not have the label ${controlledByLabel}, so the operator ignores it and its routes`]
}

function routeFor(
  { route, split }: Original,
  { codec, apiVersion }: Target,
  apex: ServiceKey,
  { port, weights, isOnly }: { port: number; weights: readonly number[]; isOnly: boolean },
): RouteObject {
  const { [controlledByLabel]: controlledBy, ...labels } = route.labels
  const isControlled = controlledBy !== undefined && split.backends.length > 1
  return {
    apiVersion,
    kind: codec.objectKind,
    metadata: {
      name: isOnly ? route.name : `${route.name}-${port}`,
      namespace: route.namespace,
      labels: { ...(isControlled ? { [controlledByLabel]: controlledBy } : {}), ...labels },
      annotations: {
        [primaryAnnotation]: nameOf(split.primary ?? ''),
        ...route.annotations,
      },
    },
    spec: {
      parentRefs: [{ group: '', kind: 'Service', name: nameOf(apex), port }],
      rules: [
        {
          backendRefs: split.backends.map(({ service }, index) => ({
            name: nameOf(service),
            port,
            weight: weights[index],
          })),
        },
      ],
    },
  }
}

/** All Services of a TrafficSplit are of its own namespace. */
const nameOf = (service: ServiceKey): string => service.slice(service.indexOf('/') + 1)
