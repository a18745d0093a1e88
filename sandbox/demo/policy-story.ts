/** The story of `--policy`: tiers, a primary that flaps with and without a wait, and a drain of a cluster. */
import type { Plot, Step } from './story.ts'
import { backends, declaredWeights, initialReplicas, primary } from './world.ts'

const [central, east, east2] = ['sample-svc-central1', 'sample-svc-east1', 'sample-svc-east2']
const prefix = 'failover.linkerd.io'

/** The weights of these backends; all others have none. */
const only = (weights: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(backends.map((name) => [name, weights[name] ?? 0]))

const deadlineMs = 10_000
const flaps = 3

const story: readonly Step[] = [
  {
    title: 'The primary goes down',
    change: { kind: 'scale', deployment: primary, replicas: 0 },
    outcome: 'tier 2 takes over, 70 to 30',
    weights: only({ [central]: 70, [east]: 30 }),
    deadlineMs,
  },
  {
    title: 'One of tier 2 goes down too',
    change: { kind: 'scale', deployment: central, replicas: 0 },
    outcome: 'the other gets its traffic',
    weights: only({ [east]: 30 }),
    deadlineMs,
  },
  {
    title: 'All of tier 2 is down',
    change: { kind: 'scale', deployment: east, replicas: 0 },
    outcome: 'tier 3 takes over',
    weights: only({ [east2]: 30 }),
    deadlineMs,
  },
  {
    title: 'One of tier 2 is back',
    change: { kind: 'scale', deployment: central, replicas: 2 },
    outcome: 'traffic goes back to tier 2',
    weights: only({ [central]: 70 }),
    deadlineMs,
  },
  {
    title: 'The primary is back',
    change: { kind: 'scale', deployment: primary, replicas: 2 },
    outcome: 'the primary gets all traffic again',
    weights: declaredWeights,
    deadlineMs,
  },
  {
    title: 'The primary flaps',
    change: { kind: 'flap', deployment: primary, times: flaps },
    outcome: `without a wait: ${2 * flaps} moves`,
    weights: declaredWeights,
    moves: 2 * flaps,
    deadlineMs,
  },
  {
    title: 'It flaps and must wait',
    change: {
      kind: 'annotateAndFlap',
      annotations: { [`${prefix}/failback-after`]: '5s' },
      deployment: primary,
      times: flaps,
    },
    outcome: 'away, and back after 5 s: 2 moves',
    weights: declaredWeights,
    moves: 2,
    deadlineMs: 20_000,
  },
  {
    title: 'This cluster is drained',
    change: { kind: 'drain', cluster: 'Local' },
    outcome: 'tier 2, in another cluster, serves',
    weights: only({ [central]: 70 }),
    deadlineMs,
  },
  {
    title: 'The Drain is deleted',
    change: { kind: 'undrain' },
    outcome: 'traffic comes back 10 s later',
    weights: declaredWeights,
    deadlineMs: 30_000,
  },
]

export const policyPlot: Plot = {
  story,
  annotations: { [`${prefix}/tiers`]: `${primary}=1; ${central}=70, ${east}=30; *` },
  initialReplicas: { ...initialReplicas, [east2]: 2 },
  clusterOf: (service) => (service === primary ? undefined : service.replace(`${primary}-`, '')),
  hasDrains: true,
}
