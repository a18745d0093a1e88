import type { Clock } from '../base/clock.ts'
import { isOut } from '../core/need.ts'
import type { ReadinessOf } from '../core/types.ts'
import { type Judged, judgeRoute } from '../routes/judge.ts'
import { type RouteKey, routeKey } from '../routes/key.ts'
import { movedBetween } from '../routes/moved.ts'
import { selectorKeys } from '../routes/ownership.ts'
import type { Route } from '../routes/route.ts'
import { DryRuns } from './dry-runs.ts'
import type { RouteMemory } from './memory.ts'
import type { Platform } from './platform.ts'
import { PolicyMemory } from './policy-memory.ts'
import { DrainReports } from './report/drain-reports.ts'
import { MassEventReports } from './report/mass-event-reports.ts'
import type { Metrics } from './report/metrics.ts'
import { PolicyReports } from './report/policy-reports.ts'
import { reportWouldMoves } from './report/would-moves.ts'
import type { ClusterWatch } from './watch/cluster-watch.ts'
import { Brake } from './write/brake.ts'
import { type Confirm, confirmWith } from './write/confirm.ts'
import { Fights } from './write/fights.ts'
import { Hedges } from './write/hedges.ts'
import type { Judge } from './write/reconcile.ts'
import { RouteWriter } from './write/route-writer.ts'
import { StandbyMoves } from './write/standby-moves.ts'
import { UnansweredWrites } from './write/unanswered-writes.ts'

export interface WritingOptions {
  readonly platform: Platform
  /** Label selector of the routes that are ours. */
  readonly selector: string
  readonly watch: ClusterWatch
  readonly memory: RouteMemory
  readonly metrics: Metrics
  /** True while weights are written. */
  readonly busy: () => boolean
  /** Makes a route due, since what held it up is over. */
  readonly makeDue: (key: RouteKey) => void
}

/** What is reported of the objects of one of our own kinds. */
export interface OwnReports {
  /** Must be called with each look at a route, and with the route as it is after it. */
  see(key: RouteKey, judged: Judged, after: Route): void
  /** This replica leads: whatever changed while another did may not be reported yet. */
  lead(): void
  stop(): Promise<void>
}

/** What judges routes and writes their weights, as the leader and as a standby. */
export interface Writing {
  readonly judge: Judge
  /** Whether requests of a route fail until its weights move, as far as its backends are known. */
  readonly isOut: (key: RouteKey) => boolean
  readonly policies: PolicyMemory
  /** How routes would be by policies that are a DryRun, if policies are followed. */
  readonly dryRuns: DryRuns | undefined
  readonly fights: Fights
  readonly brake: Brake
  readonly writes: UnansweredWrites
  readonly writer: RouteWriter
  readonly confirm: Confirm
  readonly hedges: Hedges
  readonly standbyMoves: StandbyMoves
  /** What is reported of Drains, if they are followed. */
  readonly drainReports: DrainReports | undefined
  /** What is reported of FailoverPolicies, if they are followed. */
  readonly policyReports: PolicyReports | undefined
  /** What is reported of the objects of our own kinds, if they are followed. */
  readonly ownReports: readonly OwnReports[]
  /** Must be called with each change behind a route: what is remembered of the time before must not miss it. */
  remember(key: RouteKey, route: Route): void
  /** Must be called with each state of a route and the one before it, `undefined` for none. */
  see(key: RouteKey, before: Route | undefined, after: Route | undefined): void
}

/** For who reads at one moment: no wait that may be under way is over. */
const standingStill = (clock: Clock): Clock => ({
  now: () => clock.now(),
  wallTime: () => clock.wallTime(),
  after: () => ({ cancel: () => {} }),
})

/** Judges a route by what policies ask for, and by all else that is known besides readiness. */
const judgeWith =
  (watch: ClusterWatch, policies: PolicyMemory, clock: Clock) =>
  (key: RouteKey, route: Route, readiness: ReadinessOf): Judged => {
    const applied = watch.applied(route)
    return judgeRoute(applied, readiness, {
      past: policies.past(key, applied),
      ...watch.circumstances(applied),
      today: clock.wallTime().getTime(),
    })
  }

/** The real memory comes last, so that what begins now begins for both alike. */
const rememberIn =
  (policies: PolicyMemory, dryRuns: DryRuns | undefined): Writing['remember'] =>
  (key, route) => {
    dryRuns?.see(key, route)
    policies.see(key, route)
  }

const createPolicyMemory = ({ platform: { clock }, memory, watch }: WritingOptions): PolicyMemory =>
  new PolicyMemory({
    clock,
    memory,
    readiness: watch.readiness,
    losses: {
      today: () => clock.wallTime().getTime(),
      recall: (key, where) => watch.policies?.recalled(key, where),
    },
  })

function createBrake({ platform, watch, memory, metrics, makeDue }: WritingOptions): Brake {
  const reports = new MassEventReports({
    ...platform,
    policy: () => watch.policies?.book.index.ofMesh,
    onChange: (policy) => watch.policies?.kind.report([policy]),
  })
  return new Brake({
    clock: platform.clock,
    memory,
    total: watch.count,
    limits: watch.limits,
    clusterOf: watch.clusterOf,
    onLimited: (target) => metrics.limited.inc({ target }),
    onBegin: (news) => reports.begins(news),
    onEnd: (held) => {
      reports.ends()
      for (const key of held) makeDue(key)
    },
  })
}

const isOutIn =
  ({ route, readiness }: ClusterWatch): Writing['isOut'] =>
  (key) =>
    route(key)?.splits.some((split) => isOut(split, readiness)) === true

function createDryRuns(
  { platform, watch, memory, metrics }: WritingOptions,
  policies: PolicyMemory,
  policyReports: PolicyReports,
): DryRuns {
  return new DryRuns({
    clock: platform.clock,
    memory,
    readiness: watch.readiness,
    circumstances: watch.circumstances,
    policies,
    onLook: (key, would, after, moves) => {
      policyReports.seeWould(key, would, after)
      if (moves.length > 0)
        reportWouldMoves({ ...platform, metrics }, after, watch.policies?.dryRuns(after) ?? [], moves)
    },
  })
}

function createHedges(
  { platform, watch, memory, metrics }: WritingOptions,
  { writer, standbyMoves, ...parts }: Pick<Writing, 'fights' | 'confirm' | 'writer' | 'standbyMoves'>,
): Hedges {
  return new Hedges({
    ...platform,
    ...parts,
    memory,
    beside: { ...watch.beside, clock: standingStill(platform.clock) },
    write: async (judged, transport) => {
      const answer = await writer.hedge(judged, transport)
      if (answer.ok) standbyMoves.made(routeKey(judged.route), judged, answer.value)
      return answer
    },
    onEnd: (kind, outcome) => metrics.hedges.inc({ kind, outcome }),
  })
}

/** Joins the parts; none of them acts by itself. */
export function createWriting(options: WritingOptions): Writing {
  const { platform, selector, watch, memory } = options
  const { clock } = platform
  const policies = createPolicyMemory(options)
  const fights = new Fights(clock, memory)
  const writes = new UnansweredWrites(platform)
  const judgeBy = judgeWith(watch, policies, clock)
  const judge: Judge = (key, route) => judgeBy(key, route, watch.readiness)
  const writer = new RouteWriter({
    ...platform,
    selectorKeys: selectorKeys(selector),
    writes,
    kind: watch.kind,
    applied: watch.applied,
  })
  const confirm = confirmWith({
    ...platform,
    selector,
    known: (key) => {
      const route = watch.route(key)
      return route && judge(key, route)
    },
    codecOf: (kind) => watch.kind(kind)?.codec,
    judge: (route, readiness) => judgeBy(routeKey(route), route, readiness),
    isOwnCurrent: watch.isOwnCurrent,
  })
  const standbyMoves = new StandbyMoves({ ...platform, judge })
  const hedges = createHedges(options, { fights, confirm, writer, standbyMoves })
  const brake = createBrake(options)
  const reports = createOwnReports(options, policies, brake)
  const dryRuns = reports.policyReports && createDryRuns(options, policies, reports.policyReports)
  const see: Writing['see'] = (key, before, after) => {
    // Another replica has led and this watch is late: what it committed to is in the weights.
    if (!writes.isOpen(key) && movedBetween(before, after)) policies.moved(key)
    writes.see(key, after && watch.applied(after))
    hedges.see(before, after)
    standbyMoves.see(key, before, after)
  }
  return {
    judge,
    isOut: isOutIn(watch),
    policies,
    dryRuns,
    remember: rememberIn(policies, dryRuns),
    fights,
    brake,
    writes,
    writer,
    confirm,
    hedges,
    standbyMoves,
    ...reports,
    ownReports: Object.values(reports).flatMap((one) => one ?? []),
    see,
  }
}

/** What is reported of the objects of our own kinds. */
function createOwnReports(
  { platform, watch, memory, busy }: WritingOptions,
  remembered: PolicyMemory,
  brake: Brake,
): Pick<Writing, 'drainReports' | 'policyReports'> {
  const { drains, policies } = watch
  const lost = (key: RouteKey, index: number) =>
    remembered.lost(key, index) ?? policies?.lostBefore(key, index)
  const isMassEvent = () => brake.isHeld
  return {
    drainReports: drains && new DrainReports({ ...platform, memory, drains, busy }),
    policyReports: policies && new PolicyReports({ ...platform, memory, policies, lost, isMassEvent, busy }),
  }
}
