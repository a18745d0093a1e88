import type { JsonObject } from '../../../sandbox/json.ts'
import { podsOf } from './draw.ts'
import { rootNamespace } from './own-definitions.ts'
import { refTo } from './policy-draw.ts'
import { away, home, keyOf, quietStart, second } from './quiet-policy.ts'
import type { QuietPlot } from './quiet-waits.ts'
import type { Step } from './step.ts'

interface Limited {
  readonly limits: JsonObject
  /** How many routes there are besides. */
  readonly routes: number
  /** So many of them at least are not moved while that is not needed. */
  readonly held: number
}

/** What serves several routes has too few Pods, so that they may move one by one, or not at all; then it has none. */
const limited = (name: string, { limits, routes: count, held }: Limited): QuietPlot => ({
  name,
  weave: (stage, random, at) => {
    const routes = Array.from({ length: count }, (_, index) => `httproutes/limited-${index}`)
    const { steps, routeOf, primary, begins, lost } = quietStart(stage, at)
    const policy = `${rootNamespace}/one`
    const spec = { targetRefs: [refTo.mesh], minReady: { count: 2 }, limits }
    const down = lost + 12 * second
    const over = down + 4 * second
    const keys = routes.map(keyOf)
    return {
      steps: [
        ...steps,
        ...routes.map(routeOf),
        { do: 'policy', policy, spec, at: begins + 1 },
        { ...podsOf(stage, primary, 1, random), at: lost },
        { ...podsOf(stage, primary, 0, random), at: down },
        { do: 'unpolicy', policy, at: over },
        ...routes.map((route): Step => ({ do: 'delete', route, at: over })),
      ],
      judged: [],
      expected: [
        { keys, weights: home, least: held, from: at, at: lost + 5 * second, rule: 'over the limit' },
        // Sooner than the next turn.
        { keys, weights: away, from: at, at: down + 3 * second, rule: 'late' },
      ],
      until: over,
    }
  },
})

/** Moves that are not needed are held up, and no others. */
export const limitPlots: readonly QuietPlot[] = [
  limited('one move in ten seconds', { limits: { movesPerSecond: 0.1 }, routes: 3, held: 2 }),
  limited('a mass event', { limits: { stopAtPercent: 40 }, routes: 12, held: 12 }),
]
