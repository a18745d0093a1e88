import type { JsonObject } from '../../../sandbox/json.ts'
import type { Random } from '../engine/random.ts'
import { podsOf, type Stage, upWith } from './draw.ts'
import { policyNames, refTo } from './policy-draw.ts'
import type { QuietPlot } from './quiet-waits.ts'
import { own } from './route-owners.ts'
import type { Expectation, Step } from './step.ts'

export const second = 1_000
/** What is due is done so long after it could be (ms). */
export const slackMs = 8 * second

/** How many Pods the primary, or the backend beside it, has from a time on (ms after the loss). */
type Turn = readonly [who: 'primary' | 'other', ready: number, after: number]
/** The weights at a time (ms after the loss), and the rule that others break. */
type Should = readonly [weights: readonly number[], after: number, rule: Expectation['rule']]

/** Where a quiet wait is told. */
export interface Scene {
  readonly stage: Stage
  readonly random: Random
  readonly route: string
  /** When something is lost (virtual ms). */
  readonly lost: number
}

export interface Told {
  readonly sections: JsonObject
  readonly turns: readonly Turn[]
  readonly should: readonly Should[]
  /** What happens besides. */
  readonly also?: (scene: Scene) => readonly Step[]
  /** What should be so holds whoever leads. */
  readonly outlives?: true
}

/** A Service of this cluster and another one, both with two Pods; no policy is left. */
export function quietStart(stage: Stage, at: number) {
  // A TrafficSplit names Services of its own namespace only.
  const [primary = '', other = ''] = stage.services.filter((service) => !service.includes('/'))
  const steps: Step[] = [
    { do: 'policies', served: true, at },
    ...policyNames.map((policy): Step => ({ do: 'unpolicy', policy, at: at + 1 })),
    ...[primary, other].flatMap((service): Step[] => [
      { do: 'remote', service, on: false, at: at + 1 },
      // Trouble may have left Endpoints, which count more than slices.
      ...(stage.mirrored.includes(service)
        ? []
        : [{ do: 'mirror', service, notReady: 0, at: at + 1 } as const]),
      { ...upWith(stage, service, 2), at: at + 2 },
    ]),
  ]
  // By then it is known that policies are served, and what applied before does not any more.
  const begins = at + 75 * second
  const rules = [[primary, other].map((service, place) => ({ service, weight: place === 0 ? 1 : 0 }))]
  const routeOf = (route: string): Step => ({ do: 'route', route, rules, ours: true, at: begins })
  return { primary, other, steps, routeOf, begins, lost: begins + 10 * second }
}

/** `httproutes/shop/web`, of `httproutes/web`. */
export const keyOf = (route: string): string => route.split('/').join(`/${own}/`)

/** A new route with two backends, and a policy; then what serves loses some of them. */
export const quiet = (name: string, { sections, turns, should, also, outlives }: Told): QuietPlot => ({
  name,
  weave: (stage, random, at) => {
    const route = random.pick(stage.routes)
    const { steps, routeOf, begins, lost, ...isOf } = quietStart(stage, at)
    const spec = { targetRefs: [refTo.route(route)], ...sections }
    const expected = should.map(
      ([weights, after, rule]): Expectation => ({
        keys: [keyOf(route)],
        weights,
        from: at,
        at: lost + after,
        rule,
        ...(outlives ? { outlives } : {}),
      }),
    )
    return {
      steps: [
        ...steps,
        { do: 'delete', route, at: at + 1 },
        routeOf(route),
        { do: 'policy', policy: `${own}/one`, spec, at: begins + 1 },
        ...turns.map(
          ([who, ready, after]): Step => ({ ...podsOf(stage, isOf[who], ready, random), at: lost + after }),
        ),
        ...(also?.({ stage, random, route, lost }) ?? []),
      ],
      judged: [],
      expected,
      until: Math.max(...expected.map((one) => one.at)),
    }
  },
})

export /** The weights of a route whose primary serves, and those of one that is failed over. */
const [home, away] = [
  [1, 0],
  [0, 1],
] as const
