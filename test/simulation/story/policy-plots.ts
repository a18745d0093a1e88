import type { Random } from '../engine/random.ts'
import { down, podsOf, type Stage, turn, up, upWith } from './draw.ts'
import { rootNamespace } from './own-definitions.ts'
import type { Plot } from './plots.ts'
import { changedPolicy, newPolicy, refTo, wrongPolicy } from './policy-draw.ts'
import { own } from './route-owners.ts'
import type { FaultStep, Step } from './step.ts'

const minute = 60_000
const resource = 'failoverpolicies'

const replica = ({ replicas }: Stage, random: Random) => random.pick(replicas)
const someTurn = (stage: Stage, random: Random) => turn(stage, random.pick(stage.services), random)

/** A Service has another number of Pods every few seconds. */
function counts(stage: Stage, random: Random, at: number): Step[] {
  const service = random.pick(stage.services)
  const gap = random.pick([100, 3_000, 15_000])
  return Array.from({ length: random.whole(2, 6) }, (_, index) => ({
    ...(random.chance(0.8)
      ? upWith(stage, service, random.whole(1, 4), random.pick([0, 0, 2]))
      : down(stage, service, random)),
    at: at + index * gap,
  }))
}

/** The watch of policies is late, breaks or is refused. */
const blindness = (stage: Stage, random: Random): FaultStep =>
  random.pick<FaultStep>([
    { do: 'cut', resource },
    { do: 'silence', resource },
    { do: 'lag', replica: replica(stage, random), resource, ms: random.pick([500, 15_000]), for: minute },
    {
      do: 'refuse',
      method: 'GET',
      resource,
      status: random.pick([403, 410, 500]),
      times: random.pick([1, 7]),
    },
  ])

/** What befalls a story whose operator follows FailoverPolicies. */
export const policyPlots: readonly Plot[] = [
  {
    // A policy comes, is changed, and goes or stays, while its backends do.
    name: 'policy',
    weave: (stage, random, at) => {
      const one = newPolicy(stage, random)
      const then = at + random.pick([500, 8_000, 20_000, minute])
      const over = then + random.pick([500, 8_000, 20_000, minute])
      return [
        { ...one, at },
        { ...someTurn(stage, random), at: at + random.between(0, 10_000) },
        ...(random.chance(0.5) ? [{ ...changedPolicy(one, stage, random), at: then }] : []),
        { ...someTurn(stage, random), at: then + random.between(-1_000, 12_000) },
        ...(random.chance(0.5) ? [{ do: 'unpolicy' as const, policy: one.policy, at: over }] : []),
        { ...someTurn(stage, random), at: over + random.between(-1_000, 12_000) },
      ]
    },
  },
  {
    // Helm and GitOps delete what they then create again, the same or nearly so.
    name: 'policy again',
    weave: (stage, random, at) => {
      const one = newPolicy(stage, random)
      const over = at + random.between(500, 30_000)
      const again = over + random.pick([0, 1, 50, 3_000, 9_000, 12_000])
      const next = random.chance(0.6) ? one : changedPolicy(one, stage, random)
      return [
        { ...one, at },
        { do: 'unpolicy', policy: one.policy, at: over },
        { ...next, at: again },
        { ...someTurn(stage, random), at: again + random.between(-1_000, 12_000) },
      ]
    },
  },
  {
    // Several levels at once, or two of one.
    name: 'policies meet',
    weave: (stage, random, at) => {
      const some = Array.from({ length: random.whole(2, 4) }, () => newPolicy(stage, random))
      const gone = random.pick(some)
      return [
        ...some.map((one) => ({ ...one, at: at + random.between(0, 5_000) })),
        { ...someTurn(stage, random), at: at + random.between(0, 20_000) },
        { do: 'unpolicy', policy: gone.policy, at: at + random.between(5_000, 30_000) },
        { ...someTurn(stage, random), at: at + random.between(5_000, 45_000) },
      ]
    },
  },
  {
    name: 'wrong policy',
    weave: (stage, random, at) => {
      const wrong = wrongPolicy(stage, random)
      const right = newPolicy(stage, random, wrong.policy)
      const isFirst = random.chance(0.5)
      return [
        { ...(isFirst ? wrong : right), at },
        { ...(isFirst ? right : wrong), at: at + random.between(10, 20_000) },
        { ...someTurn(stage, random), at: at + random.between(0, 30_000) },
      ]
    },
  },
  {
    // How many are ready varies, while a policy asks for more than one.
    name: 'counts',
    weave: (stage, random, at) => [
      ...(random.chance(0.6) ? [{ ...newPolicy(stage, random), at: at - 500 }] : []),
      ...counts(stage, random, at),
      ...counts(stage, random, at + random.between(0, 20_000)),
    ],
  },
  {
    // Too few endpoints, or none, for a while that a policy bears, or longer.
    name: 'grace',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const route = random.pick(stage.routes)
      const after = random.pick([5_000, 20_000])
      const spec = {
        targetRefs: [random.pick([refTo.route(route), refTo.namespace(own)])],
        minReady: { count: 2 },
        failover: { after: '20s', ...(random.chance(0.5) ? { whenDown: '10s' } : {}) },
        ...(random.chance(0.5) ? { failback: { after: '20s' } } : {}),
      }
      const lost = at + random.between(1_000, 5_000)
      const back = lost + after + random.between(-10_000, 10_000)
      return [
        { do: 'policy', policy: `${own}/${random.pick(['one', 'two'])}`, spec, at },
        ...stage.services.map((one) => ({ ...upWith(stage, one, 2), at: at + random.between(0, 500) })),
        { ...podsOf(stage, service, random.pick([0, 1]), random), at: lost },
        ...(random.chance(0.5) ? [{ ...someTurn(stage, random), at: lost + random.between(0, 25_000) }] : []),
        { ...upWith(stage, service, random.pick([1, 2])), at: back },
      ]
    },
  },
  {
    // A platform asks for a wait, and a primary comes and goes.
    name: 'flapping under a policy',
    weave: (stage, random, at) => {
      const service = random.pick(stage.services)
      const spec = {
        targetRefs: [refTo.mesh],
        failback: { after: '20s', ...(random.chance(0.5) ? { atMost: '1m20s' } : {}) },
      }
      const gap = random.pick([4_000, 15_000, 25_000])
      const flaps = Array.from({ length: random.whole(2, 6) }, (_, index) => ({
        ...(index % 2 === 0 ? down(stage, service, random) : up(stage, service, random)),
        at: at + 1_000 + index * gap,
      }))
      return [{ do: 'policy', policy: `${rootNamespace}/one`, spec, at }, ...flaps]
    },
  },
  {
    // The definition goes while policies apply, and comes back, now and then with them.
    name: 'policy kind',
    weave: (stage, random, at) => {
      const one = newPolicy(stage, random)
      const gone = at + random.between(100, 20_000)
      const back = gone + random.pick([50, 5_000, minute])
      return [
        { do: 'policies', served: true, at: at - 100 },
        { ...one, at },
        { do: 'policies', served: false, at: gone },
        { ...someTurn(stage, random), at: gone + random.between(0, 20_000) },
        ...(random.chance(0.8) ? [{ do: 'policies' as const, served: true, at: back }] : []),
        ...(random.chance(0.5) ? [{ ...one, at: back + random.between(0, 12_000) }] : []),
      ]
    },
  },
  {
    name: 'blind to policies',
    weave: (stage, random, at) => {
      const one = newPolicy(stage, random)
      const blind = at + random.between(-2_000, 2_000)
      const end = (name: string): FaultStep =>
        random.chance(0.5)
          ? { do: 'kill', replica: name, downMs: random.pick([100, 5_000]) }
          : { do: 'restart', replica: name }
      return [
        { ...one, at },
        { ...blindness(stage, random), at: blind },
        { do: 'unpolicy', policy: one.policy, at: blind + random.between(0, 30_000) },
        { ...someTurn(stage, random), at: blind + random.between(0, 12_000) },
        ...(random.chance(0.4)
          ? [{ ...end(replica(stage, random)), at: blind + random.between(0, 12_000) }]
          : []),
        { ...newPolicy(stage, random), at: blind + random.between(0, 30_000) },
      ]
    },
  },
]
