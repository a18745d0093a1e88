import type { Random } from '../engine/random.ts'
import { down, enoughOf, turn, up, upWith, waitOf } from './draw.ts'
import type { Plot } from './plots.ts'
import type { Step } from './step.ts'

/** Something that happens to a Service, or to a replica, while the Service waits. */
type Interruption = (service: string, replica: string, random: Random, at: number) => Step[]

/** A Service is lost and back, owners want it to be ready for a while, and in that while something happens. */
const interrupted = (name: string, interruption: Interruption): Plot => ({
  name,
  weave: (stage, random, at) => {
    const service = random.pick(stage.services)
    const back = at + random.between(1_000, 10_000)
    const others = random.some(stage.services, 0.5).filter((one) => one !== service)
    return [
      ...stage.routes.map((route) => ({ ...waitOf(route, random), at: at - 500 })),
      ...others.map((one) => ({ ...up(stage, one, random), at: at - 400 })),
      { ...down(stage, service, random), at },
      { ...up(stage, service, random), at: back },
      ...interruption(service, random.pick(stage.replicas), random, back + random.between(500, 15_000)),
    ]
  },
})

/** What befalls waits and counts of endpoints seldom, drawn apart from all else, as disasters are. */
export const waitPlots: readonly Plot[] = [
  interrupted('unknown while it waits', (service, _, random, at) => [
    { do: 'remote', service, on: true, at },
    { do: 'remote', service, on: false, at: at + random.between(10, 3_000) },
  ]),
  interrupted('killed while it waits', (_, replica, random, at) => [
    { do: 'kill', replica, downMs: random.pick([0, 100, 3_000]), at },
  ]),
  interrupted('clock set while it waits', (_, replica, random, at) => [
    { do: 'jump', replica, ms: random.pick([-3_600_000, 15_000, 3_600_000]), at },
  ]),
  {
    // Pods go, of a Service that publishes all: they are said to be ready until they are gone.
    name: 'Pods go',
    weave: (stage, random, at) => {
      const [service, other] = [random.pick(stage.services), random.pick(stage.services)]
      const going = upWith(stage, service, random.whole(0, 1), random.whole(1, 2))
      return [
        ...(random.chance(0.5) ? [{ ...enoughOf(random.pick(stage.routes), random), at: at - 500 }] : []),
        { ...upWith(stage, other, 2), at: at - random.between(10, 1_000) },
        { ...going, at },
        { ...turn(stage, service, random), at: at + random.between(1_000, 40_000) },
      ]
    },
  },
]
