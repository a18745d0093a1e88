import type { Random } from '../engine/random.ts'
import type { Entry, FarStep, Named, Slice, Step, WorldStep } from './step.ts'

/** Who and what a story is about. */
export interface Stage {
  /** `web`, or `depot/web` where it is in another namespace than the routes. */
  readonly services: readonly string[]
  readonly mirrored: readonly string[]
  /** Services whose endpoints are in the other cluster, and which Service there they come from. */
  readonly far: ReadonlyMap<string, string>
  /** By resource and name: `httproutes/web`. */
  readonly routes: readonly string[]
  readonly replicas: readonly string[]
  readonly opening: Step[]
}

type Draw = () => WorldStep

const pausedAnnotation = 'failover.linkerd.io/paused'
const primaryAnnotation = 'failover.linkerd.io/primary-service'
const tiersAnnotation = 'failover.linkerd.io/tiers'
const failbackAfterAnnotation = 'failover.linkerd.io/failback-after'
const minReadyAnnotation = 'failover.linkerd.io/min-ready'
const mostRules = 3

export function down({ mirrored, far }: Stage, service: string, random: Random): WorldStep | FarStep {
  const there = far.get(service)
  if (there)
    return { do: 'pods', service: there, slices: random.chance(0.2) ? [] : [[0, random.whole(0, 2)]] }
  if (mirrored.includes(service)) return { do: 'mirror', service, ready: 0, notReady: random.whole(0, 2) }
  return { do: 'slices', service, slices: random.chance(0.2) ? [] : [[0, random.whole(0, 2)]] }
}

/** Nothing is left that says where its endpoints are. */
export const gone = ({ mirrored }: Stage, service: string): WorldStep =>
  mirrored.includes(service) ? { do: 'mirror', service, notReady: 0 } : { do: 'slices', service, slices: [] }

export function up({ mirrored, far }: Stage, service: string, random: Random): WorldStep | FarStep {
  const there = far.get(service)
  if (there) return { do: 'pods', service: there, slices: [[random.whole(1, 2), random.whole(0, 1)]] }
  if (mirrored.includes(service)) return { do: 'mirror', service, ready: random.whole(1, 2), notReady: 0 }
  const others = () =>
    Array.from({ length: random.whole(0, 2) }, () => [random.whole(0, 2), random.whole(0, 1)] as const)
  return { do: 'slices', service, slices: [...others(), [1, 0], ...others()], unset: random.chance(0.2) }
}

/** So many Pods are ready, in one slice or two; of a Service of this cluster so many others are going. */
export function upWith(
  { mirrored, far }: Stage,
  service: string,
  ready: number,
  going = 0,
): WorldStep | FarStep {
  const there = far.get(service)
  const slices = [[ready, 0]] as const
  if (there) return { do: 'pods', service: there, slices }
  return mirrored.includes(service)
    ? { do: 'mirror', service, ready, notReady: 0 }
    : { do: 'slices', service, ...(going > 0 ? { slices, going } : { slices: [...slices, [1, 1]] }) }
}

/** So many Pods are ready, or none. */
export const podsOf = (stage: Stage, service: string, ready: number, random: Random): WorldStep | FarStep =>
  ready > 0 ? upWith(stage, service, ready) : down(stage, service, random)

/** Ready Pods of which some, or all, do not have each port of the Service: a rollout renames one. */
export function partial({ mirrored, far }: Stage, service: string, random: Random): WorldStep | FarStep {
  if (mirrored.includes(service)) return { do: 'mirror', service, ready: random.whole(1, 2), notReady: 0 }
  const names = () => random.pick([[], ['http'], ['admin'], ['http', 'admin']])
  const slices = Array.from(
    { length: random.whole(1, 3) },
    (): Slice => [random.whole(0, 2), random.whole(0, 1), names()],
  )
  const there = far.get(service)
  return there ? { do: 'pods', service: there, slices } : { do: 'slices', service, slices }
}

export const turn = (stage: Stage, service: string, random: Random): WorldStep | FarStep =>
  random.chance(0.5) ? down(stage, service, random) : up(stage, service, random)

const isOfGateway = (route: string) => !route.startsWith('trafficsplits/')

/**
 * A weight as people write it, null for none; the schema of the Gateway API takes whole numbers only, and that of
 * TrafficSplits wants one.
 */
function weight(route: string, random: Random): number | string | null {
  if (random.chance(0.75)) return random.pick([0, 0, 1, 1, 100])
  return random.pick(isOfGateway(route) ? [7, 1_000_000, null, null] : ['0', '1', '500m', 7, 429_496])
}

const weighed = (named: Named, value: Entry['weight'] | null): Entry =>
  value === null || value === undefined ? named : { ...named, weight: value }

/** The Services that a route can name. */
const servicesFor = ({ services }: Stage, route: string): readonly string[] =>
  isOfGateway(route) ? services : services.filter((service) => !service.includes('/'))

/** Groups and kinds of a backend: most are those of a Service, some of them written out. */
function typeFor(route: string, random: Random): Pick<Named, 'group' | 'kind'> {
  if (!isOfGateway(route) || random.chance(0.75)) return {}
  return random.pick([
    { group: 'core' },
    { group: '', kind: 'Service' },
    { group: 'storage.example', kind: 'Bucket' },
    { group: 'serving.example', kind: 'Service' },
  ])
}

/** The backends of a rule: most often a primary with all the weight; now and then with one Service on two ports. */
function backends(stage: Stage, route: string, random: Random): readonly Entry[] {
  const services = servicesFor(stage, route)
  const names = [...new Set([random.pick(services), ...random.some(services, 0.6)])]
  const all = random.pick(isOfGateway(route) ? [1, 100, null] : [1, 100])
  const usual = names.map((service, index) => weighed({ service }, index === 0 ? all : 0))
  const odd = names.map((service) => weighed({ service }, weight(route, random)))
  const entries = random.chance(0.7) ? usual : odd
  const type = typeFor(route, random)
  const typed = random.whole(0, entries.length - 1)
  const some = entries.map((entry, index) => (index === typed ? { ...entry, ...type } : entry))
  const twice = weighed({ service: random.pick(names), port: 81 }, weight(route, random))
  return isOfGateway(route) && random.chance(0.2) ? [...some, twice] : some
}

/** What the annotation calls a backend. */
function reference(route: string, { service, port = 80 }: Named, random: Random): string {
  if (!isOfGateway(route)) return service
  const whole = service.includes('/') ? service : `shop/${service}`
  return random.pick([service, service, whole, `${service}:${port}`, `${whole}:${port}`])
}

/** How long a lost backend must be ready, as people write it; now and then wrong, or not at all. */
export function waitOf(route: string, random: Random): WorldStep {
  const value = random.pick(['20s', '60s', '60s', 'soon', undefined])
  return { do: 'annotate', route, name: failbackAfterAnnotation, ...(value === undefined ? {} : { value }) }
}

/** How many endpoints are enough, as people write it; now and then wrong, or not at all. */
export function enoughOf(route: string, random: Random): WorldStep {
  const value = random.pick(['2', '2', '3', 'many', undefined])
  return { do: 'annotate', route, name: minReadyAnnotation, ...(value === undefined ? {} : { value }) }
}

/** An order of backends as people write it; now and then one that names nobody, or a backend twice. */
function tiers(stage: Stage, route: string, random: Random): string {
  const services = random.chance(0.05) ? ['nobody'] : random.some(servicesFor(stage, route), 0.7)
  const drawn = services.length > 0 ? services : [random.pick(servicesFor(stage, route))]
  const weighted = random.chance(0.3)
  const name = (service: string) => {
    const written = reference(route, { service }, random)
    return weighted ? `${written}=${random.pick([0, 1, 30, 70])}` : written
  }
  const text = drawn.map(
    (service, index) => `${index > 0 ? random.pick(['; ', '; ', ', ']) : ''}${name(service)}`,
  )
  return `${text.join('')}${random.pick(['', '; *'])}`
}

/** A route as somebody applies it. */
export function route(stage: Stage, name: string, random: Random): WorldStep {
  const count = isOfGateway(name) ? random.whole(1, mostRules) : 1
  const rules = Array.from({ length: count }, () => backends(stage, name, random))
  const named = random.chance(0.9) ? reference(name, random.pick(rules.flat()), random) : 'nobody'
  const annotated = random.chance(0.4) ? { primary: named } : {}
  return { do: 'route', route: name, rules, ...annotated, ours: random.chance(0.95) }
}

/** Something that an owner does to a route. */
export function edit(stage: Stage, name: string, random: Random): WorldStep {
  const services = servicesFor(stage, name)
  const rule = isOfGateway(name) ? random.whole(0, mostRules - 1) : 0
  const annotate = (annotation: string, text: string | undefined): WorldStep => ({
    do: 'annotate',
    route: name,
    name: annotation,
    ...(text === undefined ? {} : { value: text }),
  })
  const named = { service: random.pick(services), port: random.pick([80, 81]) }
  const primary = reference(name, named, random)
  const weights: Draw = () => {
    const some = Array.from({ length: services.length + 1 }, () => weight(name, random))
    return { do: 'weights', route: name, rule, weights: some }
  }
  return random.pick<Draw>([
    weights,
    weights,
    () => ({ do: 'weights', route: name, rule, weights: services.map(() => 0) }),
    () => annotate(pausedAnnotation, random.pick(['true', 'false', undefined])),
    () => annotate(primaryAnnotation, random.pick([primary, undefined])),
    () => annotate(tiersAnnotation, random.chance(0.2) ? undefined : tiers(stage, name, random)),
    () => waitOf(name, random),
    () => enoughOf(name, random),
    () => annotate('shop/owner', String(random.whole(1, 9))),
    () => ({ do: 'label', route: name, ours: random.chance(0.6) }),
    () => ({ do: 'delete', route: name }),
    () => route(stage, name, random),
    () => editOfRules(stage, name, random),
    () => editOfRules(stage, name, random),
  ])()
}

/** Rules and backends come, go and change their places. */
export function editOfRules(stage: Stage, name: string, random: Random): WorldStep {
  const place = () => random.whole(0, mostRules - 1)
  const rule = isOfGateway(name) ? place() : 0
  const within: Draw[] = [
    () => {
      const service = random.pick(servicesFor(stage, name))
      return { do: 'exchange', route: name, rule, place: place(), service, ...typeFor(name, random) }
    },
    () => ({ do: 'rotate', route: name, rule }),
  ]
  const among: Draw[] = [
    () => ({ do: 'insert', route: name, rule, backends: backends(stage, name, random) }),
    () => ({ do: 'remove', route: name, rule }),
    () => ({ do: 'move', route: name, rule, to: place() }),
    () => ({ do: 'move', route: name, rule, to: place() }),
    () => ({ do: 'accept', route: name, accepted: random.chance(0.8) }),
  ]
  return random.pick(isOfGateway(name) ? [...within, ...among] : within)()
}
