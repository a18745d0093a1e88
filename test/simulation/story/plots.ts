import type { Random } from '../engine/random.ts'
import type { FaultStep, Step, WorldStep } from './step.ts'

/** Who and what a story is about. */
export interface Stage {
  readonly services: readonly string[]
  readonly mirrored: readonly string[]
  readonly routes: readonly string[]
  readonly replicas: readonly string[]
  readonly opening: Step[]
}

/** A thread of a story: some steps that belong together, beginning at a time. */
export interface Plot {
  readonly name: string
  readonly weave: (stage: Stage, random: Random, at: number) => Step[]
}

type Draw = (stage: Stage, random: Random) => WorldStep | FaultStep

const minute = 60_000
const watched = ['endpointslices', 'endpoints', 'services', 'trafficsplits']
const pausedAnnotation = 'failover.linkerd.io/paused'
const primaryAnnotation = 'failover.linkerd.io/primary-service'

/** A plot of one step. */
const single = (name: string, draw: Draw): Plot => ({
  name,
  weave: (stage, random, at) => [{ ...draw(stage, random), at }],
})

const moment = (random: Random) => random.pick([0, 1, 3, 10, 100, 2_000])

function down({ mirrored }: Stage, service: string, random: Random): WorldStep {
  if (mirrored.includes(service)) return { do: 'mirror', service, ready: 0, notReady: random.whole(0, 2) }
  return { do: 'slices', service, slices: random.chance(0.2) ? [] : [[0, random.whole(0, 2)]] }
}

function up({ mirrored }: Stage, service: string, random: Random): WorldStep {
  if (mirrored.includes(service)) return { do: 'mirror', service, ready: random.whole(1, 2), notReady: 0 }
  const others = () =>
    Array.from({ length: random.whole(0, 2) }, () => [random.whole(0, 2), random.whole(0, 1)] as const)
  return { do: 'slices', service, slices: [...others(), [1, 0], ...others()], unset: random.chance(0.2) }
}

const turn = (stage: Stage, service: string, random: Random) =>
  random.chance(0.5) ? down(stage, service, random) : up(stage, service, random)

/** A weight as people write it. */
const weight = (random: Random): number | string =>
  random.chance(0.85) ? random.pick([0, 0, 1, 1, 100]) : random.pick(['0', '1', '500m', 7, 429_496])

function route({ services }: Stage, name: string, random: Random): WorldStep {
  const names = [...new Set([random.pick(services), ...random.some(services, 0.6)])]
  const backends = names.map((service, index) => [service, index === 0 ? random.pick([1, 100]) : 0] as const)
  const odd = names.map((service) => [service, weight(random)] as const)
  const primary = random.chance(0.3) ? { primary: random.chance(0.9) ? random.pick(names) : 'nobody' } : {}
  return {
    do: 'route',
    route: name,
    backends: random.chance(0.7) ? backends : odd,
    ...primary,
    ours: random.chance(0.95),
  }
}

function edit(stage: Stage, name: string, random: Random): WorldStep {
  const { services } = stage
  const weights = () => services.map(() => weight(random))
  const zeros = () => services.map(() => 0)
  const value = random.pick(['true', 'false', undefined])
  const primary = random.pick([...services, undefined])
  const annotate = (annotation: string, text: string | undefined): WorldStep => ({
    do: 'annotate',
    route: name,
    name: annotation,
    ...(text === undefined ? {} : { value: text }),
  })
  return random.pick<() => WorldStep>([
    () => ({ do: 'weights', route: name, weights: weights() }),
    () => ({ do: 'weights', route: name, weights: weights() }),
    () => ({ do: 'weights', route: name, weights: zeros() }),
    () => annotate(pausedAnnotation, value),
    () => annotate(primaryAnnotation, primary),
    () => annotate('shop/owner', String(random.whole(1, 9))),
    () => ({ do: 'label', route: name, ours: random.chance(0.6) }),
    () => ({ do: 'delete', route: name }),
    () => route(stage, name, random),
  ])()
}

const replica = ({ replicas }: Stage, random: Random) => random.pick(replicas)
const anyReplica = (stage: Stage, random: Random) =>
  random.chance(0.5) ? {} : { replica: replica(stage, random) }
const anyWatch = (random: Random) => (random.chance(0.5) ? {} : { resource: random.pick(watched) })
const lasting = (random: Random) => random.pick([100, 2_000, 20_000, minute, 3 * minute])

/** What requests a fault may aim at. */
const target = (random: Random) =>
  random.pick([
    { method: 'PATCH', resource: 'trafficsplits' },
    { method: 'PATCH', resource: 'trafficsplits' },
    { method: 'GET', resource: random.pick(watched) },
    { method: 'GET', resource: 'discovery' },
    { method: 'POST', resource: 'events' },
    {},
  ])

/** Everything that a story can tell; the list is also the menu of trouble. */
export const plots: readonly Plot[] = [
  {
    name: 'rise',
    weave: (stage, random, at) => [
      ...stage.services.map((service) => ({
        ...turn(stage, service, random),
        at: at + random.between(0, 500),
      })),
      ...stage.routes.map((name) => ({ ...route(stage, name, random), at: at + random.between(0, 500) })),
    ],
  },
  single('service', (stage, random) => turn(stage, random.pick(stage.services), random)),
  {
    name: 'flap',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const gap = moment(random)
      return Array.from({ length: random.whole(2, 8) }, (_, index) => ({
        ...(index % 2 === 0 ? down(stage, service, random) : up(stage, service, random)),
        at: at + index * gap,
      }))
    },
  },
  {
    name: 'mass loss',
    weave: (stage, random, at) => {
      const back = at + random.between(100, 2 * minute)
      return stage.services.flatMap((service) => [
        { ...down(stage, service, random), at },
        { ...up(stage, service, random), at: back + random.between(0, 50) },
      ])
    },
  },
  single('edit', (stage, random) => edit(stage, random.pick(stage.routes), random)),
  {
    name: 'edit while it fails over',
    weave: (stage, random, at) => [
      { ...turn(stage, random.pick(stage.services), random), at },
      { ...turn(stage, random.pick(stage.services), random), at },
      { ...edit(stage, random.pick(stage.routes), random), at: at + random.between(0, 12) },
      { ...edit(stage, random.pick(stage.routes), random), at: at + random.between(0, 12) },
    ],
  },
  single('remote', (stage, random) => ({
    do: 'remote',
    service: random.pick(stage.services),
    on: random.chance(0.5),
  })),
  single('mirror', (stage, random) => {
    const service = random.pick(stage.services)
    const ready = random.pick([undefined, 0, 1])
    return { do: 'mirror', service, ...(ready === undefined ? {} : { ready }), notReady: random.whole(0, 1) }
  }),
  single('echo', (stage, random) => ({
    do: 'echo',
    service: random.pick(stage.services),
    ready: random.whole(0, 2),
  })),
  single('crd', (_, random) => ({ do: 'crd', served: random.chance(0.7) })),
  single('noise', (_, random) => ({ do: 'noise', count: random.whole(1, 20) })),
  single('slow', (stage, random) => ({
    do: 'slow',
    replica: replica(stage, random),
    ms: random.pick([50, 500, 3_000]),
    for: lasting(random),
  })),
  single('lag', (stage, random) => ({
    do: 'lag',
    replica: replica(stage, random),
    resource: random.pick(watched),
    ms: random.pick([20, 500, 30_000]),
    for: lasting(random),
  })),
  single('cut', (stage, random) => ({ do: 'cut', ...anyReplica(stage, random), ...anyWatch(random) })),
  single('silence', (stage, random) => ({
    do: 'silence',
    ...anyReplica(stage, random),
    ...anyWatch(random),
  })),
  single('away', (_, random) => ({ do: 'away', for: lasting(random) })),
  single('partition', (stage, random) => ({
    do: 'partition',
    replica: replica(stage, random),
    for: lasting(random),
  })),
  single('refuse', (_, random) => {
    const status = random.pick([401, 403, 404, 409, 410, 422, 429, 429, 500, 503, 504])
    const retryAfterSeconds = random.pick([undefined, 1, 7])
    const aim = target(random)
    const asksToWait = status >= 429 && retryAfterSeconds !== undefined
    const times = random.pick([1, 1, 2, 7, 20])
    return { do: 'refuse', ...aim, status, ...(asksToWait ? { retryAfterSeconds } : {}), times }
  }),
  single('lose', (_, random) => ({
    do: 'lose',
    ...target(random),
    when: random.pick(['before', 'after'] as const),
    how: random.pick(['cut', 'hang'] as const),
    times: random.pick([1, 1, 2, 5]),
  })),
  single('expire', () => ({ do: 'expire' })),
  {
    // Sieve's unobserved state: what happens while nobody looks, and is undone before somebody does.
    name: 'unobserved',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const blind: FaultStep = random.chance(0.5)
        ? { do: 'cut', ...anyWatch(random) }
        : {
            do: 'lag',
            replica: replica(stage, random),
            resource: random.pick(watched),
            ms: 2_000,
            for: 5_000,
          }
      const away = at + random.between(1, 300)
      return [
        { ...blind, at },
        { ...down(stage, service, random), at: away },
        { ...edit(stage, random.pick(stage.routes), random), at: away + random.between(0, 300) },
        { ...up(stage, service, random), at: away + random.between(1, 400) },
        ...(random.chance(0.3) ? [{ do: 'expire' as const, at: away + 1 }] : []),
      ]
    },
  },
  {
    // Sieve's stale state: a restart against a server that is behind what was seen before.
    name: 'stale',
    weave: (stage, random, at) => {
      const name = replica(stage, random)
      const ms = random.pick([500, 5_000, minute])
      return [
        { do: 'behind', replica: name, for: ms, lies: random.chance(0.3), at },
        { ...turn(stage, random.pick(stage.services), random), at: at + 5 },
        { ...edit(stage, random.pick(stage.routes), random), at: at + 10 },
        ...(random.chance(0.8)
          ? [{ do: 'kill' as const, replica: name, downMs: moment(random), at: at + 50 }]
          : []),
        { ...turn(stage, random.pick(stage.services), random), at: at + random.between(50, 500) },
      ]
    },
  },
  {
    // Sieve's intermediate state: a crash between any two steps.
    name: 'intermediate',
    weave: (stage, random, at) => [
      {
        do: 'trap',
        replica: replica(stage, random),
        ...random.pick([
          { method: 'PATCH', resource: 'trafficsplits' },
          { method: 'POST', resource: 'events' },
          { method: 'GET', resource: random.pick(watched) },
        ]),
        when: random.pick(['unsent', 'sent', 'applied', 'answered'] as const),
        nth: random.whole(1, 3),
        downMs: moment(random),
        at,
      },
      { ...turn(stage, random.pick(stage.services), random), at: at + 1 },
      { ...turn(stage, random.pick(stage.services), random), at: at + random.between(1, 2_000) },
    ],
  },
  single('kill', (stage, random) => ({
    do: 'kill',
    replica: replica(stage, random),
    downMs: moment(random),
  })),
  single('restart', (stage, random) => ({ do: 'restart', replica: replica(stage, random) })),
  single('freeze', (stage, random) => ({
    do: 'freeze',
    replica: replica(stage, random),
    for: lasting(random),
  })),
  single('jump', (stage, random) => ({
    do: 'jump',
    replica: replica(stage, random),
    ms: random.pick([-3_600_000, -5_000, 5_000, 3_600_000]),
  })),
]
