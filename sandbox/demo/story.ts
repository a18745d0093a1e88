/** The story as data: what is done to the world, and what the operator must make of it. */
import { backends, declaredWeights, initialReplicas, primary } from './world.ts'

/** The one thing that is done in a step. */
export type Change =
  /** The Deployment gets so many Pods. */
  | { readonly kind: 'scale'; readonly deployment: string; readonly replicas: number }
  /** The Deployment loses its Pods and gets two again, so many times; traffic may follow in between. */
  | { readonly kind: 'flap'; readonly deployment: string; readonly times: number }
  /** The route gets this annotation, and then the Deployment flaps. */
  | {
      readonly kind: 'annotateAndFlap'
      readonly annotations: Readonly<Record<string, string>>
      readonly deployment: string
      readonly times: number
    }
  /** A cluster is drained for an hour. */
  | { readonly kind: 'drain'; readonly cluster: string }
  | { readonly kind: 'undrain' }

export interface Step {
  readonly title: string
  readonly change: Change
  /** In words, what should follow. */
  readonly outcome: string
  /** The weights that must be seen at the end, of every backend. */
  readonly weights: Readonly<Record<string, number>>
  /** How often the weights must have changed on the way there; absent: it does not matter. */
  readonly moves?: number
  /** How long the step may take, from the scaling to the weights. */
  readonly deadlineMs: number
}

/** What is played, and the world in which it begins. */
export interface Plot {
  readonly story: readonly Step[]
  /** Of the route, besides those that it always has. */
  readonly annotations: Readonly<Record<string, string>>
  /** Pods of each Deployment at the start. */
  readonly initialReplicas: Readonly<Record<string, number>>
  /** The cluster that the Service is mirrored from; `undefined` for one of this cluster. */
  readonly clusterOf: (service: string) => string | undefined
  /** Whether the cluster has Drains. */
  readonly hasDrains: boolean
}

const share = (...active: string[]): Record<string, number> =>
  Object.fromEntries(backends.map((name) => [name, active.includes(name) ? 1 : 0]))

const deadlineMs = 10_000

const story: readonly Step[] = [
  {
    title: 'The primary goes down',
    change: { kind: 'scale', deployment: primary, replicas: 0 },
    outcome: 'two secondaries share the traffic',
    weights: share('sample-svc-central1', 'sample-svc-east1'),
    deadlineMs,
  },
  {
    title: 'One of them goes down too',
    change: { kind: 'scale', deployment: 'sample-svc-central1', replicas: 0 },
    outcome: 'east1 gets all traffic',
    weights: share('sample-svc-east1'),
    deadlineMs,
  },
  {
    title: 'Another region comes up',
    change: { kind: 'scale', deployment: 'sample-svc-east2', replicas: 2 },
    outcome: 'east1 and east2 share the traffic',
    weights: share('sample-svc-east1', 'sample-svc-east2'),
    deadlineMs,
  },
  {
    title: 'The primary is back',
    change: { kind: 'scale', deployment: primary, replicas: 2 },
    outcome: 'the primary gets all traffic again',
    weights: declaredWeights,
    deadlineMs,
  },
]

/** A primary that is lost and comes back, without a policy. */
export const plainPlot: Plot = {
  story,
  annotations: {},
  initialReplicas,
  clusterOf: () => undefined,
  hasDrains: false,
}

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
