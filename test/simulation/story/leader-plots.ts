import type { Random } from '../engine/random.ts'
import { down, type Stage, up } from './draw.ts'
import type { Plot } from './plots.ts'
import type { FaultStep, Step } from './step.ts'

/** How a leader stops to act, for a while. */
const end = (random: Random, replica: string): FaultStep =>
  random.pick<FaultStep>([
    { do: 'kill', replica, downMs: random.pick([3_000, 30_000]) },
    { do: 'freeze', replica, for: random.pick([2_000, 8_000, 20_000]) },
    { do: 'partition', replica, for: 20_000 },
    { do: 'lag', replica, resource: 'endpointslices', ms: 30_000, for: 10_000 },
  ])

/** What happens to a Service in the seconds without a leader: it goes, and most often it comes back. */
function loss(stage: Stage, random: Random, at: number): Step[] {
  const service = random.pick(stage.services)
  const back = at + random.pick([100, 600, 900, 3_000])
  return [
    { ...up(stage, service, random), at: at - 3_000 },
    { ...down(stage, service, random), at },
    ...(random.chance(0.7) ? [{ ...up(stage, service, random), at: back }] : []),
  ]
}

/** Plots about leaders that do not act, and what the others do. */
export const leaderPlots: readonly Plot[] = [
  {
    // The others move what is lost; some of them are late themselves, and do not know that it is back.
    name: 'dead leader',
    weave: (stage, random, at) => {
      const leader = random.pick(stage.replicas)
      const lost = at + random.between(0, 2_000)
      const lag = { do: 'lag', resource: 'endpointslices', ms: 3_000, for: 6_000 } as const
      const late = stage.replicas.filter((one) => one !== leader && random.chance(0.5))
      return [
        { ...end(random, leader), at },
        ...late.map((replica) => ({ ...lag, replica, at: lost + 50 })),
        ...Array.from({ length: random.whole(1, 3) }, () => loss(stage, random, lost)).flat(),
      ]
    },
  },
]
