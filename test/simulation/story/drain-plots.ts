import type { Random } from '../engine/random.ts'
import { farName } from '../far/place.ts'
import { down, type Stage, turn, up, waitOf } from './draw.ts'
import { rootNamespace } from './own-definitions.ts'
import type { Plot } from './plots.ts'
import { own } from './route-owners.ts'
import type { DrainTarget, FaultStep, StepOf, WorldSteps } from './step.ts'

type NewDrain = StepOf<WorldSteps, 'drain'>

const minute = 60_000

/** Few names, so that Drains are changed and meet each other; those of a namespace without routes are for none. */
const names = [`${own}/one`, `${own}/two`, `${rootNamespace}/one`, `${rootNamespace}/two`, 'depot/one']

const targetOf = ({ services }: Stage, random: Random): DrainTarget =>
  random.chance(0.7)
    ? { service: random.pick(services) }
    : { cluster: random.pick(['Local', farName, farName, 'nowhere']) }

/** How long from now on a Drain lasts (ms). */
const lastingOf = (random: Random) => random.pick([5_000, 40_000, 3 * minute, 40 * minute, 26 * 60 * minute])

const newDrain = (stage: Stage, random: Random): NewDrain => ({
  do: 'drain',
  drain: random.pick(names),
  from: Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => targetOf(stage, random)),
  ms: lastingOf(random),
  ...random.pick([{}, {}, { lastResort: 'Allow' as const }, { lastResort: 'Never' as const }]),
})

const replica = ({ replicas }: Stage, random: Random) => random.pick(replicas)

/** Something that makes no sense, or is over already. */
const wrongDrain = (stage: Stage, random: Random): NewDrain => {
  const { ms: _, ...one } = newDrain(stage, random)
  return random.pick<NewDrain>([
    one,
    { ...one, ms: -1_000 },
    { ...one, ms: minute, from: [] },
    { ...one, ms: minute, from: [{ cluster: 'nowhere' }] },
    { ...one, ms: minute, from: [...one.from, {}] },
    { ...one, ms: minute, from: [{ cluster: 'Local', service: random.pick(stage.services) }] },
  ])
}

/** The same Drain with another end, other backends, or another last resort. */
const changed = (one: NewDrain, stage: Stage, random: Random): NewDrain =>
  random.pick<NewDrain>([
    { ...one, ms: lastingOf(random) },
    { ...one, from: [targetOf(stage, random)] },
    { ...one, from: [...one.from, targetOf(stage, random)] },
    { ...one, lastResort: random.pick(['Allow', 'Never']) },
  ])

/** The watch of Drains is late, breaks or is refused. */
const blindness = (stage: Stage, random: Random): FaultStep =>
  random.pick<FaultStep>([
    { do: 'cut', resource: 'drains' },
    { do: 'silence', resource: 'drains' },
    {
      do: 'lag',
      replica: replica(stage, random),
      resource: 'drains',
      ms: random.pick([500, 15_000]),
      for: minute,
    },
    {
      do: 'refuse',
      method: 'GET',
      resource: 'drains',
      status: random.pick([403, 410, 500]),
      times: random.pick([1, 7]),
    },
  ])

/** What befalls a story whose operator follows Drains. */
export const drainPlots: readonly Plot[] = [
  {
    // A Drain comes, and goes in one way or another, or stays.
    name: 'drain',
    weave: (stage, random, at) => {
      const one = newDrain(stage, random)
      const over = at + random.pick([500, 20_000, minute, 4 * minute])
      return [
        { ...one, at },
        { ...turn(stage, random.pick(stage.services), random), at: at + random.between(0, 10_000) },
        ...(random.chance(0.7) ? [{ do: 'undrain' as const, drain: one.drain, at: over }] : []),
        { ...turn(stage, random.pick(stage.services), random), at: over + random.between(-5_000, 15_000) },
      ]
    },
  },
  {
    // Helm and GitOps delete what they then create again, the same or nearly so.
    name: 'drain again',
    weave: (stage, random, at) => {
      const one = newDrain(stage, random)
      const over = at + random.between(500, 30_000)
      const again = over + random.pick([0, 1, 50, 3_000, 9_000, 12_000])
      const next = random.chance(0.6) ? one : changed(one, stage, random)
      return [
        { ...one, at },
        { do: 'undrain', drain: one.drain, at: over },
        { ...next, at: again },
        { ...turn(stage, random.pick(stage.services), random), at: again + random.between(-1_000, 12_000) },
      ]
    },
  },
  {
    name: 'drain changed',
    weave: (stage, random, at) => {
      const one = newDrain(stage, random)
      const [then, later] = [at + random.between(10, 30_000), at + random.between(30_000, 2 * minute)]
      return [
        { ...one, at },
        { ...changed(one, stage, random), at: then },
        { ...turn(stage, random.pick(stage.services), random), at: then + random.between(-1_000, 12_000) },
        { ...changed(one, stage, random), at: later },
      ]
    },
  },
  {
    name: 'wrong drain',
    weave: (stage, random, at) => {
      const wrong = wrongDrain(stage, random)
      const right = { ...newDrain(stage, random), drain: wrong.drain }
      const isFirst = random.chance(0.5)
      return [
        { ...(isFirst ? wrong : right), at },
        { ...(isFirst ? right : wrong), at: at + random.between(10, 20_000) },
      ]
    },
  },
  {
    // What is drained is the last one that can serve, or something else can be.
    name: 'last resort',
    weave: (stage, random, at) => {
      const last = random.pick(stage.services)
      const lost = at + random.between(0, 20_000)
      return [
        { ...newDrain(stage, random), from: [{ service: last }], at },
        { ...up(stage, last, random), at: at + random.between(-2_000, 2_000) },
        ...stage.services
          .filter((one) => one !== last)
          .map((one) => ({ ...down(stage, one, random), at: lost + random.between(0, 200) })),
        { do: 'remote', service: random.pick(stage.services), on: random.chance(0.7), at: lost + 300 },
        { ...up(stage, random.pick(stage.services), random), at: lost + random.between(1_000, 40_000) },
      ]
    },
  },
  {
    // Lost and back while it is drained, by an owner who wants it to be ready for a while.
    name: 'return after a drain',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const one = { ...newDrain(stage, random), from: [{ service }] }
      const back = at + random.between(1_000, 60_000)
      const over = back + random.between(-5_000, 90_000)
      return [
        { ...waitOf(random.pick(stage.routes), random), at: at - 500 },
        { ...one, at },
        { ...down(stage, service, random), at: back - 900 },
        { ...up(stage, service, random), at: back },
        { do: 'undrain', drain: one.drain, at: over },
        { ...up(stage, service, random), at: over + random.between(0, 5_000) },
      ]
    },
  },
  {
    // The definition goes while Drains are in effect, and comes back, now and then with them.
    name: 'drain kind',
    weave: (stage, random, at) => {
      const one = newDrain(stage, random)
      const gone = at + random.between(100, 20_000)
      const back = gone + random.pick([50, 5_000, minute])
      return [
        { do: 'drains', served: true, at: at - 100 },
        { ...one, at },
        { do: 'drains', served: false, at: gone },
        { ...turn(stage, random.pick(stage.services), random), at: gone + random.between(0, 20_000) },
        ...(random.chance(0.8) ? [{ do: 'drains' as const, served: true, at: back }] : []),
        ...(random.chance(0.5) ? [{ ...one, at: back + random.between(0, 12_000) }] : []),
      ]
    },
  },
  {
    // The wall clock of a replica is set, about when a Drain ends.
    name: 'drain and clock',
    weave: (stage, random, at) => {
      const ms = random.pick([5_000, 40_000])
      const jump = random.pick([-3_600_000, -20_000, 20_000, 3_600_000])
      const jumped = at + ms + random.between(-30_000, 5_000)
      return [
        { ...newDrain(stage, random), ms, at },
        { do: 'jump', replica: replica(stage, random), ms: jump, at: jumped },
        { ...turn(stage, random.pick(stage.services), random), at: jumped + random.between(0, 70_000) },
        {
          do: 'jump',
          replica: replica(stage, random),
          ms: -jump,
          at: jumped + random.pick([10_000, 90_000]),
        },
      ]
    },
  },
  {
    name: 'blind to drains',
    weave: (stage, random, at) => {
      const one = newDrain(stage, random)
      const blind = at + random.between(-2_000, 2_000)
      return [
        { ...one, at },
        { ...blindness(stage, random), at: blind },
        { do: 'undrain', drain: one.drain, at: blind + random.between(0, 30_000) },
        ...(random.chance(0.3)
          ? [{ do: 'kill' as const, replica: replica(stage, random), downMs: 100, at: blind + 100 }]
          : []),
        { ...newDrain(stage, random), at: blind + random.between(0, 30_000) },
      ]
    },
  },
]
