/**
 * `npm run demo`: a cluster in memory, the real operator, a client, and a story that they play.
 * With `--once` it ends after the story, with exit code 0 only if every step happened.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSandbox } from '../server.ts'
import { Cluster } from './cluster.ts'
import { type ChangeType, Observer } from './observer.ts'
import { Operator } from './operator.ts'
import { playStep } from './play.ts'
import { hasColour, isLive } from './screen.ts'
import { Show } from './show.ts'
import { describeWeights, sameWeights, story } from './story.ts'
import { colours, invitation, noColours } from './view.ts'
import * as world from './world.ts'

const usage = `npm run demo            play the story, then stay up until Ctrl-C
npm run demo -- --once  play the story and exit: 0 if every step happened, 1 if not`

const settleMs = 10_000
const readyMs = 15_000

/** Everything that runs during the demo; the stack ends it all, last started first. */
interface Stand {
  readonly kubeconfigFile: string
  readonly cluster: Cluster
  readonly observer: Observer
  readonly operator: Operator
  /** Rejects when something that must run has ended. */
  readonly failure: Promise<never>
}

async function build(stack: AsyncDisposableStack): Promise<Stand> {
  const sandbox = await startSandbox({})
  stack.defer(() => sandbox.stop())
  const folder = await mkdtemp(join(tmpdir(), 'linkerd-failover-demo-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const kubeconfigFile = join(folder, 'kubeconfig.yaml')
  await writeFile(kubeconfigFile, sandbox.kubeconfig)

  const cluster = new Cluster(sandbox.url)
  const observer = new Observer(world.splitName)
  const watching = new AbortController()
  stack.defer(() => watching.abort())
  const sawSlice = (type: ChangeType, object: unknown) => observer.sawSlice(type, object, performance.now())
  const sawSplit = (type: ChangeType, object: unknown) => observer.sawSplit(type, object, performance.now())
  const watches = [
    cluster.follow(world.paths.slices, sawSlice, watching.signal),
    cluster.follow(world.paths.splits, sawSplit, watching.signal),
  ]
  const operator = new Operator(kubeconfigFile)
  stack.defer(() => operator.stop())
  const unlessStopped = Promise.all(watches).then(() => new Promise<never>(() => {}))
  return {
    kubeconfigFile,
    cluster,
    observer,
    operator,
    failure: Promise.race([operator.failure(), unlessStopped]),
  }
}

/** Services and Deployments first, the split once they are as the story begins. */
async function populate({ cluster, observer, operator }: Stand): Promise<void> {
  await operator.ready(readyMs)
  for (const name of world.backends) {
    await cluster.create(world.paths.services, world.service(name))
    await cluster.create(world.paths.deployments, world.deployment(name, world.initialReplicas[name] ?? 0))
  }
  const settled = () =>
    world.backends.every((name) => observer.endpoints(name).ready === world.initialReplicas[name])
  if (!(await observer.until(settled, settleMs))) throw new Error('the Pods of the demo did not become ready')
  await cluster.create(world.paths.splits, world.trafficSplit())
  const declared = () => sameWeights(world.declaredWeights, observer.weights)
  if (await observer.until(declared, settleMs)) return
  throw new Error(`the split does not show its declared weights: ${describeWeights(observer.weights)}`)
}

/** Plays every step; answers what went wrong, or nothing. */
async function tell(stand: Stand, show: Show, lingerMs: number): Promise<string | undefined> {
  const stage = {
    observer: stand.observer,
    scale: (name: string, replicas: number) =>
      stand.cluster.scale(`${world.paths.deployments}/${name}`, replicas),
    linger: () => pause(lingerMs),
  }
  await stage.linger()
  for (const [index, step] of story.entries()) {
    show.stepStarted(index)
    const verdict = await playStep(step, stage)
    show.stepEnded(index, verdict)
    if (!verdict.happened) {
      return `step ${index + 1} of ${story.length} failed: ${step.title}: ${step.outcome}\n${verdict.seen}`
    }
  }
  return undefined
}

/** Resolves at the first Ctrl-C or request to end, or when nobody reads the output any more. */
const interruption = () =>
  new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve('interrupted'))
    process.stdout.on('error', () => resolve('interrupted'))
  })

async function demo(once: boolean): Promise<number> {
  const interrupted = interruption()
  const live = isLive(process.stdout.isTTY === true, process.env)
  const paint = hasColour(live, process.env) ? colours : noColours
  await using stack = new AsyncDisposableStack()
  const stand = await build(stack)
  const show = new Show(stand.observer, story, { out: process.stdout, live, paint, random: Math.random })
  stack.defer(() => show.stop())
  const play = async () => {
    await populate(stand)
    show.start()
    show.note(`cluster and operator are up; weights: ${describeWeights(stand.observer.weights)}`)
    return tell(stand, show, live ? 2500 : 600)
  }
  const problem = await Promise.race([play(), stand.failure, interrupted])
  if (problem === 'interrupted') return 130
  if (problem) {
    show.stop()
    process.stderr.write(`${problem}\n${stand.operator.lastLines()}\n`)
    return 1
  }
  if (once) return 0
  show.conclude(invitation(stand.kubeconfigFile, stand.operator.admin, paint))
  await Promise.race([interrupted, stand.failure])
  return 0
}

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    if (!values.help) return await demo(values.once === true)
    process.stdout.write(`${usage}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

process.exit(await main())
