import type { Random } from '../engine/random.ts'
import {
  down,
  edit,
  editOfRules,
  enoughOf,
  gone,
  partial,
  route,
  type Stage,
  turn,
  up,
  upWith,
  waitOf,
} from './draw.ts'
import type { FarStep, FaultStep, Step, WorldStep } from './step.ts'

/** A thread of a story: some steps that belong together, beginning at a time. */
export interface Plot {
  readonly name: string
  readonly weave: (stage: Stage, random: Random, at: number) => Step[]
}

type Draw = (stage: Stage, random: Random) => WorldStep | FaultStep | FarStep

const minute = 60_000

/** A plot of one step. */
const single = (name: string, draw: Draw): Plot => ({
  name,
  weave: (stage, random, at) => [{ ...draw(stage, random), at }],
})

const moment = (random: Random) => random.pick([0, 1, 3, 10, 100, 2_000])

const replica = ({ replicas }: Stage, random: Random) => random.pick(replicas)
const anyReplica = (stage: Stage, random: Random) =>
  random.chance(0.5) ? {} : { replica: replica(stage, random) }
/** The resource of one of the routes. */
const routeResource = ({ routes }: Stage, random: Random) => random.pick(routes).split('/')[0] ?? ''
/** A resource that is watched. */
const watched = (stage: Stage, random: Random) =>
  random.pick([
    'endpointslices',
    'endpoints',
    'services',
    routeResource(stage, random),
    ...(stage.far.size > 0 ? ['secrets', 'links'] : []),
  ])
const anyWatch = (stage: Stage, random: Random) =>
  random.chance(0.5) ? {} : { resource: watched(stage, random) }
const lasting = (random: Random) => random.pick([100, 2_000, 20_000, minute, 3 * minute])

/** What requests a fault may aim at. */
const target = (stage: Stage, random: Random) =>
  random.pick([
    { method: 'PATCH', resource: routeResource(stage, random) },
    { method: 'PATCH', resource: routeResource(stage, random) },
    { method: 'GET', resource: watched(stage, random) },
    { method: 'GET', resource: 'discovery' },
    { method: 'POST', resource: 'events' },
    {},
  ])

/** What befalls ServiceProfiles, in stories whose operator writes them. */
export const profilePlots: readonly Plot[] = [
  single('profile', ({ routes }, random) => ({
    do: 'profile',
    apex: random.pick(routes).split('/')[1] ?? '',
    as: random.pick(['gone', 'routes', 'stale', 'stale']),
  })),
]

/** What befalls a story seldom, drawn apart from all else: a story that it spares is told as if there were no such thing. */
export const disasters: readonly Plot[] = [
  {
    // etcd is restored from a backup: what was written since never happened, and versions are counted again.
    name: 'restore',
    weave: (stage, random, at) => {
      const back = at + random.pick([100, 5_000, minute, 5 * minute])
      const between = () => random.between(at, back + 500)
      const someService = () => turn(stage, random.pick(stage.services), random)
      return [
        ...(random.chance(0.8) ? [{ do: 'backup' as const, at }] : []),
        { ...someService(), at: between() },
        { ...edit(stage, random.pick(stage.routes), random), at: between() },
        { do: 'restore', for: random.pick([100, 2_000, 20_000]), at: back },
        { ...someService(), at: back + random.between(0, 30_000) },
      ]
    },
  },
]

/** Everything else that a story can tell; the list is also the menu of trouble. */
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
  {
    // Lost, back, and now and then lost once more, while its owner wants it to be ready for a while.
    name: 'wait',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const back = at + random.between(1_000, 10_000)
      const again = back + random.between(1_000, 90_000)
      return [
        { ...waitOf(random.pick(stage.routes), random), at: at - 500 },
        { ...down(stage, service, random), at },
        { ...up(stage, service, random), at: back },
        { ...turn(stage, service, random), at: again },
        { ...up(stage, service, random), at: again + random.between(10, 5_000) },
      ]
    },
  },
  {
    // A Service has two Pods, then one, while its owner wants two of them; another has enough.
    name: 'few',
    weave: (stage, random, at) => {
      const [service, other] = [random.pick(stage.services), random.pick(stage.services)]
      const back = at + random.between(1_000, 30_000)
      const name = random.pick(stage.routes)
      return [
        { ...enoughOf(name, random), at: at - 500 },
        ...(random.chance(0.3) ? [{ ...waitOf(name, random), at: at - 400 }] : []),
        { ...upWith(stage, other, 2), at: at - random.between(10, 1_000) },
        { ...upWith(stage, service, 1), at },
        { ...upWith(stage, service, random.whole(1, 3)), at: back },
        { ...turn(stage, random.pick(stage.services), random), at: back + random.between(0, 20_000) },
      ]
    },
  },
  {
    // Rules change their places just when their weights are on the way.
    name: 'rules move while it fails over',
    weave: (stage, random, at) => {
      const name = random.pick(stage.routes)
      const moves = Array.from({ length: random.whole(1, 3) }, () => ({
        ...editOfRules(stage, name, random),
        at: at + random.between(0, 12),
      }))
      return [
        { ...turn(stage, random.pick(stage.services), random), at },
        { ...turn(stage, random.pick(stage.services), random), at },
        ...moves,
      ]
    },
  },
  single('remote', (stage, random) => ({
    do: 'remote',
    service: random.pick(stage.services),
    on: random.chance(0.5),
  })),
  single('ports', (stage, random) => partial(stage, random.pick(stage.services), random)),
  single('withdraw', (stage, random) => ({ do: 'withdraw', service: random.pick(stage.services) })),
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
  single('crd', (stage, random) => ({
    do: 'crd',
    resource: routeResource(stage, random),
    served: random.chance(0.7),
  })),
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
    resource: watched(stage, random),
    ms: random.pick([20, 500, 30_000]),
    for: lasting(random),
  })),
  single('cut', (stage, random) => ({ do: 'cut', ...anyReplica(stage, random), ...anyWatch(stage, random) })),
  single('silence', (stage, random) => ({
    do: 'silence',
    ...anyReplica(stage, random),
    ...anyWatch(stage, random),
  })),
  single('away', (_, random) => ({ do: 'away', for: lasting(random) })),
  single('partition', (stage, random) => ({
    do: 'partition',
    replica: replica(stage, random),
    for: lasting(random),
  })),
  single('refuse', (stage, random) => {
    const status = random.pick([401, 403, 404, 409, 410, 422, 429, 429, 500, 503, 504])
    const retryAfterSeconds = random.pick([undefined, 1, 7])
    const aim = target(stage, random)
    const asksToWait = status >= 429 && retryAfterSeconds !== undefined
    const times = random.pick([1, 1, 2, 7, 20])
    return { do: 'refuse', ...aim, status, ...(asksToWait ? { retryAfterSeconds } : {}), times }
  }),
  single('lose', (stage, random) => ({
    do: 'lose',
    ...target(stage, random),
    when: random.pick(['before', 'after'] as const),
    how: random.pick(['cut', 'hang'] as const),
    times: random.pick([1, 1, 2, 5]),
  })),
  {
    // The server goes away with the answer to a write, now and then for so long that the lease is lost.
    name: 'answer lost with the server',
    weave: (stage, random, at) => [
      {
        do: 'lose',
        method: 'PATCH',
        resource: routeResource(stage, random),
        when: 'after',
        how: 'hang',
        times: random.whole(1, 3),
        at,
      },
      ...stage.services.map((service) => ({ ...turn(stage, service, random), at: at + 1 })),
      { do: 'away', for: random.pick([2_000, 12_000, 20_000]), at: at + random.between(3, 8) },
    ],
  },
  {
    // A leader whose write was lost, or its answer, is cut off; another leads, may write the same, and dies.
    name: 'lead goes and comes back',
    weave: (stage, random, at) => {
      const first = replica(stage, random)
      const second = stage.replicas.find((one) => one !== first) ?? first
      return [
        {
          do: 'lose',
          replica: first,
          method: 'PATCH',
          resource: routeResource(stage, random),
          when: random.pick(['before', 'after'] as const),
          how: 'hang',
          times: 1,
          at,
        },
        ...stage.services.map((service) => ({ ...turn(stage, service, random), at: at + 1 })),
        { do: 'partition', replica: first, for: 20_000, at: at + random.between(5, 500) },
        { do: 'kill', replica: second, downMs: 20_000, at: at + 30_000 },
      ]
    },
  },
  single('expire', () => ({ do: 'expire' })),
  {
    // Sieve's unobserved state: what happens while nobody looks, and is undone before somebody does.
    name: 'unobserved',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const blind: FaultStep = random.chance(0.5)
        ? { do: 'cut', ...anyWatch(stage, random) }
        : {
            do: 'lag',
            replica: replica(stage, random),
            resource: watched(stage, random),
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
    // The same in the middle of a life: another server has told of more, then a list has to be read from this one.
    name: 'older list',
    weave: (stage, random, at) => {
      const name = replica(stage, random)
      const service = random.pick(stage.services)
      const ofService = stage.mirrored.includes(service) ? 'endpoints' : 'endpointslices'
      const resource = random.chance(0.7) ? ofService : watched(stage, random)
      const after = random.between(100, 1_000)
      const end = random.pick([5_000, minute])
      return [
        { ...up(stage, service, random), at },
        { do: 'behind', replica: name, lies: true, after, for: end, at: at + 20 },
        { ...gone(stage, service), at: at + random.between(21, 60) },
        { ...edit(stage, random.pick(stage.routes), random), at: at + random.between(0, 60) },
        { do: 'refuse', replica: name, method: 'GET', resource, status: 410, times: 1, at: at + after + 21 },
        { do: 'cut', replica: name, resource, at: at + after + 22 },
        { ...turn(stage, random.pick(stage.services), random), at: at + after + random.between(22, 5_000) },
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
          { method: 'PATCH', resource: routeResource(stage, random) },
          { method: 'POST', resource: 'events' },
          { method: 'GET', resource: watched(stage, random) },
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
