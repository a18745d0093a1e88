import type { Random } from '../engine/random.ts'
import type { Stage } from '../story/draw.ts'
import { down, turn, up } from '../story/draw.ts'
import type { Plot } from '../story/plots.ts'
import type { Export, FarStep, FaultStep, Step } from '../story/step.ts'

const minute = 60_000

type Draw = (stage: Stage, random: Random) => FarStep
const single = (name: string, draw: Draw): Plot => ({
  name,
  weave: (stage, random, at) => [{ ...draw(stage, random), at }],
})

const exports: readonly Export[] = ['gateway', 'headless', 'discovery', 'discovery', 'federated', 'nothing']

const replica = ({ replicas }: Stage, random: Random) => random.pick(replicas)
const farService = ({ far }: Stage, random: Random) => random.pick([...far.values()])
/** A Service of this cluster whose endpoints are in the other one. */
const linkedService = ({ far }: Stage, random: Random) => random.pick([...far.keys()])
const lasting = (random: Random) => random.pick([100, 2_000, 20_000, minute, 3 * minute])
const resource = 'endpointslices'

/** What goes wrong on the way to the other cluster, or with its server. */
const fault = (stage: Stage, random: Random): FaultStep =>
  random.pick<() => FaultStep>([
    () => ({ do: 'away', for: lasting(random) }),
    () => ({ do: 'away', for: lasting(random) }),
    () => ({ do: 'partition', replica: replica(stage, random), for: lasting(random) }),
    () => ({ do: 'refuse', method: 'GET', status: 401, times: random.pick([1, 3, 20]) }),
    () => ({ do: 'refuse', method: 'GET', status: random.pick([403, 410, 422, 500, 503]), times: 2 }),
    () => ({ do: 'refuse', method: 'GET', status: 429, retryAfterSeconds: random.pick([1, 7]), times: 1 }),
    () => ({ do: 'lose', method: 'GET', when: 'after', how: 'hang', times: random.whole(1, 3) }),
    () => ({ do: 'lose', method: 'GET', when: 'before', how: 'cut', times: random.whole(1, 3) }),
    () => ({ do: 'cut' }),
    () => ({ do: 'silence' }),
    () => ({ do: 'expire' }),
    () => ({
      do: 'slow',
      replica: replica(stage, random),
      ms: random.pick([500, 3_000]),
      for: lasting(random),
    }),
    () => ({ do: 'lag', replica: replica(stage, random), resource, ms: 2_000, for: lasting(random) }),
  ])()

const far = (at: number, some: FaultStep): Step => ({ do: 'far', fault: some, at })

/** What can happen where two clusters are linked. */
export const farPlots: readonly Plot[] = [
  single('export', (stage, random) => ({
    do: 'export',
    service: farService(stage, random),
    as: random.pick(exports),
  })),
  {
    // A change of mode, and back: in between the mirror lacks its Endpoints, or its labels.
    name: 'mode',
    weave: (stage, random, at) => {
      const service = farService(stage, random)
      const gap = random.pick([5, 30, 1_000, 30_000])
      const [first, second] = random.pick<readonly [Export, Export]>([
        ['gateway', 'discovery'],
        ['discovery', 'gateway'],
        ['headless', 'discovery'],
        ['federated', 'gateway'],
      ])
      return [
        { do: 'export', service, as: first, at },
        { do: 'export', service, as: second, at: at + gap },
        ...(random.chance(0.5) ? [{ do: 'export' as const, service, as: first, at: at + 3 * gap }] : []),
      ]
    },
  },
  {
    // Without Pods its mirror is ready all the same: only the slices there say that it is not.
    name: 'wrong mirror',
    weave: (stage, random, at) => {
      const service = farService(stage, random)
      const edited = at + random.between(500, 20_000)
      return [
        { do: 'export', service, as: 'gateway', at },
        { do: 'pods', service, slices: [[0, random.whole(0, 2)]], at: at + 200 },
        { do: 'retitle', service, at: edited },
        { ...turn(stage, random.pick(stage.services), random), at: edited + random.between(0, 10_000) },
        ...(random.chance(0.5) ? [far(edited + random.between(-5_000, 5_000), fault(stage, random))] : []),
      ]
    },
  },
  single('drop', (stage, random) => ({ do: 'drop', service: farService(stage, random) })),
  {
    name: 'gateway',
    weave: (stage, random, at) => [
      { do: 'gateway', is: random.pick(['refuses', 'hangs'] as const), at },
      { ...up(stage, linkedService(stage, random), random), at: at + random.between(0, 20_000) },
      { do: 'gateway', is: 'alive', at: at + random.pick([1_000, 20_000, minute]) },
    ],
  },
  {
    // It starts while the gateway is dead, and takes it to be alive.
    name: 'mirror restarts',
    weave: (stage, random, at) => [
      ...(random.chance(0.5) ? [{ do: 'gateway' as const, is: 'refuses' as const, at }] : []),
      { do: 'mirrorless', for: random.pick([100, 5_000]), at: at + random.between(0, 20_000) },
      { ...turn(stage, linkedService(stage, random), random), at: at + random.between(0, 30_000) },
    ],
  },
  {
    name: 'link',
    weave: (stage, random, at) => [
      { do: 'link', on: false, at },
      ...(random.chance(0.7) ? [{ do: 'secret' as const, is: 'absent' as const, at: at + 5 }] : []),
      { ...turn(stage, linkedService(stage, random), random), at: at + random.between(0, 2_000) },
      ...(random.chance(0.7)
        ? [
            { do: 'secret' as const, is: 'good' as const, at: at + random.between(1_000, minute) },
            { do: 'link' as const, on: true, at: at + random.between(1_000, minute) },
          ]
        : []),
    ],
  },
  single('secret', (_, random) => ({
    do: 'secret',
    is: random.pick(['good', 'good', 'good', 'absent', 'strange', 'broken'] as const),
  })),
  {
    name: 'token',
    weave: (stage, random, at) => [
      { do: 'token', moves: random.chance(0.5), secretAfter: random.pick([0, 10, 5_000, minute]), at },
      ...(random.chance(0.7) ? [far(at + random.between(0, 1_000), { do: 'cut' })] : []),
      { ...turn(stage, linkedService(stage, random), random), at: at + random.between(0, 2 * minute) },
    ],
  },
  {
    name: 'far',
    weave: (stage, random, at) => [
      far(at, fault(stage, random)),
      { ...turn(stage, linkedService(stage, random), random), at: at + random.between(0, 2_000) },
    ],
  },
  {
    // What was ready there when it was last seen is dead by the time that something has to be chosen here.
    name: 'unseen',
    weave: (stage, random, at) => {
      const all = stage.services
      const service = linkedService(stage, random)
      return [
        ...all.map((one) => ({ ...up(stage, one, random), at })),
        far(at + 200, { do: 'away', for: random.pick([20_000, minute]) }),
        { ...down(stage, service, random), at: at + random.between(200, 5_000) },
        { ...down(stage, random.pick(all), random), at: at + random.between(200, 5_000) },
        { ...turn(stage, random.pick(all), random), at: at + random.between(200, 20_000) },
      ]
    },
  },
  {
    // The same, but another server has shown more: the list that is read then is older than what was known.
    name: 'far older list',
    weave: (stage, random, at) => {
      const service = linkedService(stage, random)
      const after = random.between(100, 1_000)
      const name = replica(stage, random)
      return [
        { ...up(stage, service, random), at },
        far(at + 20, { do: 'behind', replica: name, lies: true, after, for: random.pick([5_000, minute]) }),
        { ...down(stage, service, random), at: at + random.between(21, 60) },
        far(at + after + 22, { do: 'cut', replica: name }),
        ...stage.services.map((one) => ({
          ...turn(stage, one, random),
          at: at + after + random.between(22, 5_000),
        })),
      ]
    },
  },
  {
    name: 'far restore',
    weave: (stage, random, at) => {
      const back = at + random.pick([100, 5_000, minute, 5 * minute])
      const some = () => turn(stage, linkedService(stage, random), random)
      return [
        ...(random.chance(0.8) ? [far(at, { do: 'backup' })] : []),
        { ...some(), at: random.between(at, back + 500) },
        { ...some(), at: random.between(at, back + 500) },
        far(back, { do: 'restore', for: random.pick([100, 2_000, 20_000]) }),
        { ...turn(stage, random.pick(stage.services), random), at: back + random.between(0, 30_000) },
        { ...some(), at: back + random.between(0, 2 * minute) },
      ]
    },
  },
]
