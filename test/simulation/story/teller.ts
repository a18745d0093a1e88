import { Random } from '../engine/random.ts'
import { farPlots } from '../far/plots.ts'
import { linkStage } from '../far/stage.ts'
import { drainPlots } from './drain-plots.ts'
import type { Stage } from './draw.ts'
import { leaderPlots } from './leader-plots.ts'
import { disasters, type Plot, plots, profilePlots } from './plots.ts'
import { policyPlots } from './policy-plots.ts'
import { quietPolicies } from './quiet-policies.ts'
import { type QuietPlot, quietPlots } from './quiet-waits.ts'
import type { Expectation, Rest, Step, Story } from './step.ts'
import { waitPlots } from './wait-plots.ts'

const minute = 60_000
const hour = 60 * minute
/** From the healing of the world until all must be right: a silent watch takes 2 minutes, and then a retry. */
const settleMs = 5 * minute
/** An election asks for its lease twice a second: its hours are dear, and nothing happens in most of them. */
export const electionHours = 0.4
/** The same goes for probes of a gateway. */
export const probeHours = 2
/** In so many stories the cluster is linked with another one. */
const linkedShare = 0.2
/** In so many the operator writes ServiceProfiles. */
const copyShare = 0.3
/** In so many it follows Drains. */
const drainShare = 0.4
/** In so many it follows FailoverPolicies. */
const policyShare = 0
/** In so many waits are interrupted. */
const waitShare = 0.2

export interface Telling {
  readonly seed: string
  /** At least; a story with an election is not told for more than `electionHours`. */
  readonly hours: number
  /** Drawn from the seed without it. */
  readonly replicas?: number | undefined
  /** The cluster is linked with another one; drawn from the seed without it. */
  readonly linked?: boolean | undefined
  /** The operator writes ServiceProfiles; drawn from the seed without it. */
  readonly copies?: boolean | undefined
  /** The operator follows Drains; drawn from the seed without it. */
  readonly drains?: boolean | undefined
  /** The operator follows FailoverPolicies; drawn from the seed without it. */
  readonly policies?: boolean | undefined
  /** Names of the plots that trouble is made of; drawn from the seed without it. */
  readonly menu?: readonly string[] | undefined
}

/** What goes on in every story, so that trouble always meets something. */
const everyday = plots.filter(({ name }) => ['service', 'flap', 'mass loss', 'edit'].includes(name))

/** Draws a story: a cluster, then times of trouble with times of rest between them. */
export function tellStory({
  seed,
  hours,
  replicas: asked,
  linked,
  copies: copied,
  drains: drained,
  policies: followed,
  menu: wanted,
}: Telling): Story {
  const random = new Random(`story ${seed}`)
  const drawn = drawReplicas(random)
  const replicas = asked ?? drawn
  const link = new Random(`link ${seed}`)
  const isLinked = linked ?? link.chance(linkedShare)
  const probes = link.chance(0.5) && isLinked
  const end = hoursOf(hours, replicas > 1, probes) * hour
  const stage = raise(setStage(random, replicas), random, isLinked ? link : undefined)
  const menu = drawMenu(random, replicas, wanted)
  const farMenu = link.some(isLinked && wanted === undefined ? farPlots : [], 0.5)
  const copy = new Random(`copy ${seed}`)
  const copies = copied ?? copy.chance(copyShare)
  const copyMenu = copies ? profilePlots : []
  const own = tellOwn({ seed, drains: drained, policies: followed, menu: wanted }, stage)
  const { drains, policies } = own
  const wait = new Random(`wait ${seed}`)
  const waitMenu = openWaits(wait, wanted)
  const quietMenu = openQuiet({ waits: waitMenu.length > 0, drains, policies, isLinked }, wanted)
  const fate = new Random(`fate ${seed}`)
  const isStruck = wanted === undefined && fate.chance(0.25)
  const steps: Step[] = stage.opening
  const rests: Rest[] = []
  const judged: number[] = []
  const expected: Expectation[] = []
  let now = 20_000
  while (now < end) {
    const quiet = weaveQuiet(quietMenu, stage, wait, now)
    steps.push(...quiet.steps)
    judged.push(...quiet.judged)
    expected.push(...quiet.expected)
    now = quiet.until
    const length = random.pick([5_000, 30_000, 2 * minute, 10 * minute])
    const troubles = [
      ...someOf(everyday, 10, random),
      ...someOf(menu, 6, random),
      ...someOf(farMenu, 6, random),
    ]
    steps.push(...weaveAll(troubles, stage, random, now, length))
    steps.push(...weaveAll(someOf(copyMenu, 4, copy), stage, copy, now, length))
    steps.push(...own.weave(now, length))
    steps.push(...weaveAll(someOf(waitMenu, 4, wait), stage, wait, now, length))
    const strikes = isStruck && fate.chance(0.5)
    if (strikes) steps.push(...fate.pick(disasters).weave(stage, fate, now + fate.between(0, length)))
    const heal = now + length + minute
    const settled = heal + settleMs
    const until = settled + random.pick(replicas > 1 ? [minute] : [minute, 20 * minute, hour, 3 * hour])
    rests.push({ heal, settled, until })
    now = until + 1_000
  }
  return {
    seed,
    replicas: stage.replicas,
    isLinked,
    probes,
    copies,
    drains,
    policies,
    steps: endBefore(steps, rests),
    rests,
    judged,
    expected,
  }
}

const hoursOf = (asked: number, elects: boolean, probes: boolean): number =>
  Math.min(asked, elects ? electionHours : asked, probes ? probeHours : asked)

const drawReplicas = (random: Random) => (random.chance(0.1) ? random.pick([2, 3]) : 1)

/** What is there at the beginning; `link` draws what another cluster adds to it. */
function raise(here: Stage, random: Random, link: Random | undefined): Stage {
  const stage = link ? linkStage(here, link) : here
  const rise = plots.find(({ name }) => name === 'rise')
  if (rise) stage.opening.push(...rise.weave(stage, random, 0))
  return stage
}

/** A story has a few kinds of trouble, not all: so rare ones meet each other more often. */
function drawMenu(random: Random, replicas: number, wanted: readonly string[] | undefined): Plot[] {
  const menu = wanted
    ? [...plots, ...farPlots, ...leaderPlots, ...disasters].filter(({ name }) => wanted.includes(name))
    : random.some(replicas > 1 ? [...plots, ...leaderPlots] : plots, 0.35)
  if (menu.length === 0) menu.push(random.pick(plots))
  return menu
}

/** What is told of the operator's own kinds, if it follows them. */
function tellOwn(
  { seed, menu, ...asked }: Pick<Telling, 'seed' | 'drains' | 'policies' | 'menu'>,
  stage: Stage,
) {
  const [drain, policy] = [new Random(`drain ${seed}`), new Random(`policy ${seed}`)]
  const drains = asked.drains ?? drain.chance(drainShare)
  const policies = asked.policies ?? policy.chance(policyShare)
  // Who installs one definition installs both; most clusters have that which a story is about from the beginning on.
  if (drains || policies)
    stage.opening.push(
      { do: 'drains', served: !drains || drain.chance(0.9), at: 0 },
      { do: 'policies', served: !policies || policy.chance(0.9), at: 0 },
    )
  const ofDrains = drains ? wantedOf(drainPlots, menu) : []
  const ofPolicies = policies ? wantedOf(policyPlots, menu) : []
  const weave = (now: number, length: number): Step[] => [
    ...weaveAll(someOf(ofDrains, 6, drain), stage, drain, now, length),
    ...weaveAll(someOf(ofPolicies, 6, policy), stage, policy, now, length),
  ]
  return { drains, policies, weave }
}

/** The plots that are wanted, or all. */
function wantedOf(plots: readonly Plot[], wanted: readonly string[] = []): readonly Plot[] {
  const some = plots.filter(({ name }) => wanted.includes(name))
  return some.length > 0 ? some : plots
}

/** In a story whose plots are wanted by name there are no others. */
function openWaits(random: Random, wanted: readonly string[] | undefined): readonly Plot[] {
  if (wanted) return waitPlots.filter(({ name }) => wanted.includes(name))
  return random.chance(waitShare) ? waitPlots : []
}

/**
 * Where waits are interrupted, some are not. Nothing is quiet while Drains end by themselves, or the service mirror is
 * late.
 */
const openQuiet = (
  {
    waits,
    drains,
    policies,
    isLinked,
  }: Readonly<Record<'waits' | 'drains' | 'policies' | 'isLinked', boolean>>,
  wanted: readonly string[] | undefined,
): readonly QuietPlot[] =>
  drains || isLinked
    ? []
    : policies
      ? quietPolicies.filter(({ name }) => wanted?.includes(name) ?? true)
      : quietPlots.filter(({ name }) => wanted?.includes(name) ?? waits)

/** At most one quiet wait, and when trouble may begin. */
function weaveQuiet(menu: readonly QuietPlot[], stage: Stage, random: Random, now: number) {
  if (menu.length === 0) return { steps: [], judged: [], expected: [], until: now }
  const quiet = random.pick(menu).weave(stage, random, now)
  // Some plots begin a little earlier than they are told to.
  return { ...quiet, until: quiet.until + 5_000 }
}

/** At least one, but none of no plots. */
const someOf = (of: readonly Plot[], most: number, random: Random): Plot[] =>
  of.length === 0 ? [] : Array.from({ length: random.whole(1, most) }, () => random.pick(of))

/** Plots that begin within a time of trouble. */
const weaveAll = (troubles: readonly Plot[], stage: Stage, random: Random, from: number, length: number) =>
  troubles.flatMap(({ weave }) => weave(stage, random, from + random.between(0, length)))

/** Nothing reaches into a time of rest. */
function endBefore(steps: readonly Step[], rests: readonly Rest[]): Step[] {
  const isActive = (at: number) => !rests.some(({ heal, until }) => at >= heal && at <= until)
  return steps.filter(({ at }) => isActive(at)).sort((a, b) => a.at - b.at)
}

function setStage(random: Random, count: number): Stage {
  const near = ['web', 'east', 'west', 'asia', 'api', 'api-b'].slice(0, random.whole(2, 6))
  // Two Services of one name, in two namespaces, are two.
  const services = [...near, ...random.some(['depot/web', 'depot/east'], 0.4)]
  const replicas = ['a', 'b', 'c'].slice(0, count)
  const mirrored = random.some(services.slice(1), 0.3)
  const routes = ['web', 'api', 'shop', 'cart']
    .slice(0, random.whole(1, 4))
    .map(
      (name) =>
        `${random.pick(['trafficsplits', 'trafficsplits', 'httproutes', 'httproutes', 'grpcroutes'])}/${name}`,
    )
  return { services, replicas, mirrored, far: new Map(), routes, opening: [] }
}
