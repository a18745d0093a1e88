import { Checker } from '../checker/checker.ts'
import type { Violation } from '../checker/violation.ts'
import { epoch } from '../engine/process.ts'
import { Random } from '../engine/random.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { Trace } from '../engine/trace.ts'
import { FarCluster } from '../far/far-cluster.ts'
import { Conditions } from '../network/conditions.ts'
import { Server } from '../network/server.ts'
import type { Wire } from '../network/wire.ts'
import { Cluster } from './cluster.ts'
import { Faults } from './faults.ts'
import { type ClockPlant, Fleet, leaseNamespace, type Plant, type ProbePlant } from './fleet.ts'
import { rootNamespace } from './own-definitions.ts'
import { isOfFar, isOfWorld, type Story } from './step.ts'
import { tell } from './words.ts'

/** How a run ended. */
export interface Ending {
  readonly violation: Violation | undefined
  /** Equal for equal runs. */
  readonly hash: string
  /** Virtual ms that went by. */
  readonly lasted: number
  /** What happened, line by line, where that was asked for. */
  readonly lines: readonly string[]
  /** Writes to routes that the operator made. */
  readonly transitions: number
}

export interface PlayOptions {
  readonly plant?: Plant
  /** The same for the transport to the other cluster. */
  readonly farPlant?: Plant
  /** The same for the probes of its gateway. */
  readonly probePlant?: ProbePlant
  /** The same for the clocks of the replicas. */
  readonly clockPlant?: ClockPlant
  /** Keep the lines of the trace. */
  readonly keep?: boolean
}

/** How often an API server renews its own lease, and how long it keeps an Event. */
const heartbeatMs = 10_000
const eventsLastMs = 3_600_000

const asItIs: Plant = (transport) => transport
const onTime: ClockPlant = (clock) => clock

/** Plays a story to its end, or to the first rule that is broken. */
export async function play(
  story: Story,
  {
    plant = asItIs,
    farPlant = asItIs,
    probePlant = (network) => network,
    clockPlant = onTime,
    keep = false,
  }: PlayOptions = {},
): Promise<Ending> {
  const scheduler = new Scheduler()
  const server = new Server(scheduler)
  const trace = new Trace(keep)
  const chance = chances(story.seed)
  const kill: Wire['kill'] = (process, downMs) => fleet.kill(process, downMs)
  const far = story.isLinked
    ? new FarCluster({ scheduler, server, trace, chance, kill }, story.seed)
    : undefined
  const checker = new Checker(scheduler, server, {
    far,
    ...(story.drains || story.policies ? { rootNamespace } : {}),
  })
  const conditions = new Conditions()
  const wire: Wire = {
    scheduler,
    server,
    conditions,
    trace,
    witness: checker,
    streams: new Set(),
    chance,
    kill,
  }
  const plants = { near: plant, far: farPlant, probes: probePlant, clock: clockPlant }
  const fleet = new Fleet(wire, checker, plants, story, far)
  const cluster = new Cluster(server.store, () => scheduler.now)
  server.store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: leaseNamespace } })
  const faults = new Faults(wire, fleet)
  const farFaults = far && new Faults({ ...far.wire, witness: checker }, fleet)
  if (far && farFaults) far.onFault = (fault) => farFaults.act(fault)
  for (const step of story.steps) {
    scheduler.at(step.at, () => {
      trace.add(scheduler.now, tell(step))
      if (isOfWorld(step)) cluster.act(step)
      else if (isOfFar(step)) far?.act(step)
      else faults.act(step)
    })
  }
  for (const { heal, settled, until } of story.rests) {
    scheduler.at(heal, () => {
      trace.add(scheduler.now, 'the world heals')
      farFaults?.heal([])
      far?.heal()
      faults.heal(story.replicas)
    })
    scheduler.at(settled, () => {
      for (const complaint of fleet.complaints()) checker.fail('unwell', complaint)
      checker.settle(fleet.processes, story.copies)
    })
    scheduler.at(until, () => checker.stir(fleet.processes))
  }
  for (const one of story.expected) scheduler.at(one.at, () => checker.judgeExpected(fleet.processes, one))
  for (const at of story.judged) scheduler.at(at, () => checker.judgeWaits(fleet.processes))
  const end = story.rests.at(-1)?.until ?? 0
  const every = (ms: number, work: () => void): void => {
    work()
    scheduler.after(ms, () => every(ms, work))
  }
  every(heartbeatMs, () => {
    cluster.beat(server.sandbox.world)
    if (far) cluster.beat(far.server.sandbox.world)
  })
  every(eventsLastMs / 2, () => cluster.forgetEvents(new Date(epoch + scheduler.now - eventsLastMs)))
  for (const replica of story.replicas) scheduler.at(0, () => fleet.start(replica))
  const stand = await scheduler.run(end, () => checker.violation !== undefined)
  if (stand === 'stuck') checker.fail('unwell', 'time stands still: somebody sets timers that do not wait')
  for (const process of fleet.processes) process.kill()
  return {
    violation: checker.violation,
    hash: trace.hash,
    lasted: scheduler.now,
    lines: trace.lines,
    transitions: checker.transitions,
  }
}

/** A stream of chance for each kind of thing. */
function chances(seed: string): (what: string) => Random {
  const known = new Map<string, Random>()
  return (what) => {
    const random = known.get(what) ?? new Random(`${seed} ${what}`)
    known.set(what, random)
    return random
  }
}
