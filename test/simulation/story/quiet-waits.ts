import type { Random } from '../engine/random.ts'
import { down, type Stage, up } from './draw.ts'
import type { Expectation, Step } from './step.ts'

/** A wait that is told apart from trouble: nothing else happens from its first step to its last moment. */
export interface QuietWait {
  readonly steps: readonly Step[]
  /** When waits are judged (virtual ms). */
  readonly judged: readonly number[]
  /** What must be so at some times, whatever the checker makes of it. */
  readonly expected: readonly Expectation[]
  /** When it is over (virtual ms). */
  readonly until: number
}

/** A kind of quiet wait. */
export interface QuietPlot {
  readonly name: string
  readonly weave: (stage: Stage, random: Random, at: number) => QuietWait
}

const waitMs = 60_000
/** What is due is done so long after it could be (ms). */
export const slackMs = 15_000

/** What happens while a lost primary that is back waits (`back`: since when), and when that is judged besides. */
type Incident = (
  route: string,
  stage: Stage,
  random: Random,
  back: number,
) => Pick<QuietWait, 'steps' | 'judged'>

/** A route with two backends, both ready, of which the first is lost and back; its owner asks for a wait. */
const quiet = (name: string, incident: Incident): QuietPlot => ({
  name,
  weave: (stage, random, at) => {
    const route = random.pick(stage.routes)
    // A TrafficSplit names Services of its own namespace only.
    const [primary = '', other = ''] = stage.services.filter((service) => !service.includes('/'))
    const back = at + 15_000
    const rules = [[weighed(primary, 1), weighed(other, 0)]]
    const { steps, judged } = incident(route, stage, random, back)
    return {
      steps: [
        { do: 'remote', service: primary, on: false, at },
        { do: 'remote', service: other, on: false, at },
        { ...up(stage, primary, random), at: at + 1 },
        { ...up(stage, other, random), at: at + 1 },
        { do: 'route', route, rules, ours: true, at: at + 2 },
        { do: 'annotate', route, name: 'failover.linkerd.io/failback-after', value: '60s', at: at + 3 },
        { ...down(stage, primary, random), at: back - 5_000 },
        { ...up(stage, primary, random), at: back },
        ...steps,
      ],
      judged: [...judged, back + waitMs + slackMs],
      expected: [],
      until: back + waitMs + slackMs,
    }
  },
})

const weighed = (service: string, weight: number) => ({ service, weight })

/** What befalls a wait and must not change it. */
export const quietPlots: readonly QuietPlot[] = [
  // The leader is asked to stop, if it is the leader: another one leads, which has watched all the time.
  quiet('hand-over while it waits', (_, { replicas }, random, back) => ({
    steps:
      replicas.length > 1
        ? [{ do: 'restart', replica: random.pick(replicas), at: back + random.between(20_000, 50_000) }]
        : [],
    judged: [],
  })),
  // A tool applies the weights that are in git.
  quiet('git while it waits', (route, _, random, back) => {
    const at = back + random.between(1_000, 40_000)
    return { steps: [{ do: 'weights', route, rule: 0, weights: [1, 0], at }], judged: [at + slackMs] }
  }),
]
