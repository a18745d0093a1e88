/**
 * `npm run demo`: a cluster in memory, the real operator, a client, and a story that they play.
 * With `--once` it ends after the story, with exit code 0 only if every step happened.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { buildDashboard } from './page/build.ts'
import { startPage } from './page/page.ts'
import { playStep } from './play.ts'
import { policyPlot } from './policy-story.ts'
import { type DemoRoute, routeNamed } from './routes.ts'
import { hasColour, isLive } from './screen.ts'
import { Show } from './show.ts'
import { annotate, build, drain, populate, type Stand, scale, undrain } from './stand.ts'
import { describeWeights, type Plot, plainPlot } from './story.ts'
import { colours, invitation, noColours } from './view.ts'
import { namespace, routeName } from './world.ts'

const usage = `npm run demo            play the story, then keep running until Ctrl-C
npm run demo -- --once  play the story and exit: 0 if every step happened, 1 if not

--policy                play with tiers, a primary that flaps with and without a wait, and a Drain
--route split|http      with a TrafficSplit (the default) or an HTTPRoute of the Gateway API`

/** Plays every step; answers what went wrong, or nothing. */
async function tell(
  stand: Stand,
  show: Show,
  lingerMs: number,
  begin: (title: string) => void,
): Promise<string | undefined> {
  const stage = {
    observer: stand.observer,
    scale: (name: string, replicas: number) => scale(stand, name, replicas),
    annotate: (annotations: Readonly<Record<string, string>>) => annotate(stand, annotations),
    drain: (cluster: string) => drain(stand, cluster),
    undrain: () => undrain(stand),
    linger: () => pause(lingerMs),
  }
  const { story } = stand.plot
  await stage.linger()
  for (const [index, step] of story.entries()) {
    begin(step.title)
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

async function demo(once: boolean, route: DemoRoute, plot: Plot): Promise<number> {
  const interrupted = interruption()
  const live = isLive(process.stdout.isTTY === true, process.env)
  const paint = hasColour(live, process.env) ? colours : noColours
  await using stack = new AsyncDisposableStack()
  if (!once) {
    process.stdout.write('building the dashboard ...\n')
    await buildDashboard()
  }
  const stand = await build(stack, route, plot)
  let busy: string | undefined = 'the demo is starting'
  const page = once ? undefined : await startPage(stand, () => busy)
  stack.defer(() => page?.close())
  const show = new Show(stand.observer, stand.sender, plot.story, {
    out: process.stdout,
    live,
    paint,
    route: `${route.kind} ${namespace}/${routeName}`,
    page: page?.url,
  })
  stack.defer(() => show.stop())
  const play = async () => {
    await populate(stand)
    show.start()
    show.note(`cluster and operator are up; weights: ${describeWeights(stand.observer.weights)}`)
    if (page) show.note(`dashboard: ${page.url}`)
    return tell(stand, show, live ? 2500 : 600, (title) => (busy = `the demo is playing its story: ${title}`))
  }
  const problem = await Promise.race([play(), stand.failure, interrupted])
  if (problem === 'interrupted') return 130
  if (problem) {
    show.stop()
    process.stderr.write(`${problem}\n${stand.operator.lastLines()}\n`)
    return 1
  }
  if (!page) return 0
  busy = undefined
  show.conclude(
    invitation(
      {
        watch: `${route.shortName} ${routeName}${route.columns}`,
        reference: `${route.kind.toLowerCase()}/${routeName}`,
        page: page.url,
        kubeconfigFile: stand.kubeconfigFile,
        admin: stand.operator.admin,
      },
      paint,
    ),
  )
  await Promise.race([interrupted, stand.failure])
  return 0
}

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean' },
        route: { type: 'string' },
        policy: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const plot = values.policy === true ? policyPlot : plainPlot
    if (!values.help) return await demo(values.once === true, routeNamed(values.route), plot)
    process.stdout.write(`${usage}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

process.exit(await main())
