/** Everything that runs during the demo, and how it comes to stand as the story begins. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../server.ts'
import { Cluster } from './cluster.ts'
import { type ChangeType, Observer } from './observer.ts'
import { Operator } from './operator.ts'
import type { DemoRoute } from './routes.ts'
import { Sender } from './sender.ts'
import { describeWeights, sameWeights } from './story.ts'
import * as world from './world.ts'

export interface Stand {
  readonly route: DemoRoute
  readonly kubeconfigFile: string
  readonly cluster: Cluster
  readonly observer: Observer
  readonly operator: Operator
  readonly sender: Sender
  /** Rejects when something that must run has ended. */
  readonly failure: Promise<never>
}

const settleMs = 10_000
const readyMs = 15_000

/** Starts it all; `stack` ends it, last started first. */
export async function build(stack: AsyncDisposableStack, route: DemoRoute): Promise<Stand> {
  const sandbox = await startSandbox({})
  stack.defer(() => sandbox.stop())
  const folder = await mkdtemp(join(tmpdir(), 'linkerd-failover-demo-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const kubeconfigFile = join(folder, 'kubeconfig.yaml')
  await writeFile(kubeconfigFile, sandbox.kubeconfig)

  const cluster = new Cluster(sandbox.url)
  const observer = new Observer(world.routeName, route)
  const watching = new AbortController()
  stack.defer(() => watching.abort())
  const sawSlice = (type: ChangeType, object: unknown) => observer.sawSlice(type, object, performance.now())
  const sawRoute = (type: ChangeType, object: unknown) => observer.sawRoute(type, object, performance.now())
  const watches = [
    cluster.follow(world.paths.slices, sawSlice, watching.signal),
    cluster.follow(route.path, sawRoute, watching.signal),
  ]
  const sender = new Sender(observer, Math.random)
  stack.defer(() => sender.stop())
  const operator = new Operator(kubeconfigFile)
  stack.defer(() => operator.stop())
  const unlessStopped = Promise.all(watches).then(() => new Promise<never>(() => {}))
  const failure = Promise.race([operator.failure(), unlessStopped])
  return { route, kubeconfigFile, cluster, observer, operator, sender, failure }
}

/** Services and Deployments first, the route once they are as the story begins; then the client. */
export async function populate({ route, cluster, observer, operator, sender }: Stand): Promise<void> {
  await operator.ready(readyMs)
  for (const name of world.backends) {
    await cluster.create(world.paths.services, world.service(name))
    await cluster.create(world.paths.deployments, world.deployment(name, world.initialReplicas[name] ?? 0))
  }
  const settled = () =>
    world.backends.every((name) => observer.endpoints(name).ready === world.initialReplicas[name])
  if (!(await observer.until(settled, settleMs))) throw new Error('the Pods of the demo did not become ready')
  await cluster.create(route.path, route.object)
  if (route.status) await cluster.writeStatus(`${route.path}/${world.routeName}`, route.status)
  const declared = () => sameWeights(world.declaredWeights, observer.weights)
  if (!(await observer.until(declared, settleMs)))
    throw new Error(`the route does not have its declared weights, but ${describeWeights(observer.weights)}`)
  sender.start()
}

/** What `kubectl scale` would do to one of the demo's services. */
export const scale = ({ cluster }: Stand, service: string, replicas: number): Promise<void> =>
  cluster.scale(`${world.paths.deployments}/${service}`, replicas)
