import { z } from 'zod'
import { clusterRules, profileRules } from '../../src/install/rules.ts'
import { parseWeight } from '../../src/routes/weight.ts'
import { released } from '../../test/control-plane/definitions.ts'
import { authorityOf, profiles, startAdaptor } from '../adaptor.ts'
import { type Figure, median, type Outcome, percentile } from '../figures.ts'
import { observe } from '../observe.ts'
import type { Observer, Side } from '../observer.ts'
import { pairName, type Stand } from '../stand.ts'
import { untilAtRest } from '../turns.ts'

const schema = z.object({ spec: z.object({ dstOverrides: z.array(z.object({ weight: z.unknown() })) }) })

/** The side on which proxies are that follow a ServiceProfile. */
function sideOfProfile(object: unknown): Side {
  const parsed = schema.safeParse(object).data?.spec.dstOverrides.map(({ weight }) => parseWeight(weight))
  const [primary, secondary] = (parsed ?? []).map((one) => ('weight' in one ? (one.weight ?? 0) : 0))
  if (primary === undefined || secondary === undefined || primary > 0 === secondary > 0) return 'mixed'
  return primary > 0 ? 'primary' : 'secondary'
}

/** When the weights of each pair have moved, in the TrafficSplit and in the ServiceProfile (ms). */
interface Moves {
  readonly splits: readonly number[]
  readonly profiles: readonly number[]
}

/**
 * `count` TrafficSplits are lost at once: when the last ServiceProfile is right, beside a stand-in of
 * linkerd-smi's adaptor that follows the same operator without its option.
 */
export async function serviceProfiles(stand: Stand, count: number, rounds: number): Promise<Outcome> {
  const { controlPlane } = stand
  await controlPlane.install(released('linkerd', 'serviceprofiles'))
  await controlPlane.api.patch('/apis/rbac.authorization.k8s.io/v1/clusterroles/linkerd-failover', {
    rules: [...clusterRules, ...profileRules],
  })
  await stand.grow(count)
  const observer = await observe(controlPlane.kubeconfigPath, profiles, sideOfProfile)
  try {
    const { singles, storms } = await byOperator(stand, observer, count, rounds)
    const adaptor = await byAdaptor(stand, observer, count)
    return { figures: figuresOf(count, singles, storms, adaptor) }
  } finally {
    await observer.stop()
  }
}

async function byOperator(stand: Stand, observer: Observer, count: number, rounds: number) {
  const operator = stand.start('operator', { flags: ['--write-service-profiles'] })
  const storms: Moves[] = []
  const singles: Moves[] = []
  try {
    await untilAtRest(operator)
    await operator.during(sides(observer, count, 'primary', authorityOf))
    for (let pair = 0; pair < Math.min(count, 50); pair += 1)
      for (const ready of [false, true])
        singles.push(await operator.during(single(stand, observer, pair, ready)))
    for (let round = 0; round < rounds; round += 1) {
      storms.push(await operator.during(lose(stand, observer, count, false)))
      await operator.during(lose(stand, observer, count, true))
    }
  } finally {
    await operator.stop()
  }
  return { singles, storms }
}

/** Once, since it takes as long as it takes. */
async function byAdaptor(stand: Stand, observer: Observer, count: number): Promise<Moves> {
  const operator = stand.start('operator')
  const stop = await startAdaptor(stand.controlPlane.kubeconfigPath)
  try {
    await untilAtRest(operator)
    return await operator.during(lose(stand, observer, count, false))
  } finally {
    await stop()
    await operator.stop()
  }
}

/** From the first written readiness on. */
async function lose(stand: Stand, observer: Observer, count: number, ready: boolean): Promise<Moves> {
  const side = ready ? 'primary' : 'secondary'
  const began = performance.now()
  const seen = [
    sides(stand.observer, count, side, (name) => name),
    sides(observer, count, side, authorityOf),
  ] as const
  await stand.setPrimaries(count, ready)
  const [splits, profiles] = await Promise.all(seen)
  const since = (moments: readonly number[]) => moments.map((moment) => moment - began)
  return { splits: since(splits), profiles: since(profiles) }
}

const sides = (observer: Observer, count: number, side: Side, nameOf: (pair: string) => string) =>
  Promise.all(Array.from({ length: count }, (_, pair) => observer.on(nameOf(pairName(pair)), side)))

async function single(stand: Stand, observer: Observer, pair: number, ready: boolean): Promise<Moves> {
  const side = ready ? 'primary' : 'secondary'
  const name = pairName(pair)
  const seen = [stand.observer.on(name, side), observer.on(authorityOf(name), side)] as const
  await stand.setPrimary(pair, ready)
  const [split, profile] = await Promise.all(seen)
  return { splits: [split], profiles: [profile] }
}

function figuresOf(count: number, singles: readonly Moves[], storms: readonly Moves[], adaptor: Moves) {
  const lag = ({ splits, profiles }: Moves) =>
    profiles.map((moment, pair) => Math.max(0, moment - (splits[pair] ?? Number.NaN)))
  const last = (of: keyof Moves) => median(storms.map((storm) => Math.max(...storm[of])))
  const name = `${count.toLocaleString('en')} TrafficSplits lost at once`
  const figures: Figure[] = [
    {
      measure: 'one TrafficSplit moved, its ServiceProfile later by, p50',
      unit: 'ms',
      operator: percentile(singles.flatMap(lag), 0.5),
      aim: 10,
    },
    { measure: `${name}, last weight of a TrafficSplit`, unit: 'ms', operator: last('splits') },
    { measure: `${name}, last ServiceProfile`, unit: 'ms', operator: last('profiles'), aim: 3_000 },
    {
      measure: `${name}, last ServiceProfile, beside the adaptor in the place of the floor`,
      unit: 'ms',
      floor: Math.max(...adaptor.profiles),
      operator: last('profiles'),
      // The adaptor's first requests are free, so a few TrafficSplits show less of its limit.
      ...(count < 200 ? {} : { aim: 1 / 25 }),
    },
  ]
  return figures
}
