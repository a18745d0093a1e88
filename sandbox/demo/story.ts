/** The story as data: what is done to the world, and what the operator must make of it. */
import { backends, declaredWeights, primary } from './world.ts'

export interface Step {
  readonly title: string
  /** The one thing that is done: this Deployment gets so many Pods. */
  readonly scale: { readonly deployment: string; readonly replicas: number }
  /** In words, what should follow. */
  readonly outcome: string
  /** The weights that must be seen, of every backend. */
  readonly weights: Readonly<Record<string, number>>
  /** How long the step may take, from the scaling to the weights. */
  readonly deadlineMs: number
}

const share = (...active: string[]): Record<string, number> =>
  Object.fromEntries(backends.map((name) => [name, active.includes(name) ? 1 : 0]))

const deadlineMs = 10_000

export const story: readonly Step[] = [
  {
    title: 'The primary goes down',
    scale: { deployment: primary, replicas: 0 },
    outcome: 'two secondaries share the traffic',
    weights: share('sample-svc-central1', 'sample-svc-east1'),
    deadlineMs,
  },
  {
    title: 'One of them goes down too',
    scale: { deployment: 'sample-svc-central1', replicas: 0 },
    outcome: 'east1 gets all traffic',
    weights: share('sample-svc-east1'),
    deadlineMs,
  },
  {
    title: 'Another region comes up',
    scale: { deployment: 'sample-svc-east2', replicas: 2 },
    outcome: 'east1 and east2 share the traffic',
    weights: share('sample-svc-east1', 'sample-svc-east2'),
    deadlineMs,
  },
  {
    title: 'The primary is back',
    scale: { deployment: primary, replicas: 2 },
    outcome: 'the primary gets all traffic again',
    weights: declaredWeights,
    deadlineMs,
  },
]

/** Are these exactly the weights wanted: the same backends, each with the same number? */
export function sameWeights(
  wanted: Readonly<Record<string, number>>,
  seen: ReadonlyMap<string, number>,
): boolean {
  const names = Object.keys(wanted)
  return names.length === seen.size && names.every((name) => seen.get(name) === wanted[name])
}

/** Weights in one line, in the order of the route: `sample-svc=0 sample-svc-east1=1`. */
export function describeWeights(weights: ReadonlyMap<string, number>): string {
  if (weights.size === 0) return 'no weights'
  return [...weights].map(([name, weight]) => `${name}=${weight}`).join(' ')
}
