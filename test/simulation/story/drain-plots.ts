import type { Random } from '../engine/random.ts'
import { farName } from '../far/place.ts'
import { rootNamespace } from './drain-owners.ts'
import { type Stage, turn } from './draw.ts'
import type { Plot } from './plots.ts'
import { own } from './route-owners.ts'
import type { DrainTarget, StepOf, WorldSteps } from './step.ts'

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
]
