/** Everything that runs during the demo, and how it comes to stand as the story begins. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { startSandbox } from '../server.ts'
import { Cluster } from './cluster.ts'
import { type ChangeType, Observer } from './observer.ts'
import { Operator } from './operator.ts'
import type { DemoRoute } from './routes.ts'
import { Sender } from './sender.ts'
import { describeWeights, type Plot, sameWeights } from './story.ts'
import * as world from './world.ts'

export interface Stand {
  readonly plot: Plot
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
export async function build(stack: AsyncDisposableStack, route: DemoRoute, plot: Plot): Promise<Stand> {
  const sandbox = await startSandbox({ pulse: true })
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
  if (plot.hasDrains) {
    await cluster.create(world.paths.namespaces, world.operatorsNamespace)
    await cluster.create(world.paths.definitions, await drainDefinition())
  }
  const operator = new Operator(kubeconfigFile, plot.hasDrains ? ['--policies', world.operatorNamespace] : [])
  stack.defer(() => operator.stop())
  const unlessStopped = Promise.all(watches).then(() => new Promise<never>(() => {}))
  const failure = Promise.race([operator.failure(), unlessStopped])
  return { plot, route, kubeconfigFile, cluster, observer, operator, sender, failure }
}

/** Services and Deployments first, the route once they are as the story begins; then the client. */
export async function populate({ plot, route, cluster, observer, operator, sender }: Stand): Promise<void> {
  const { initialReplicas, clusterOf } = plot
  await operator.ready(readyMs)
  for (const name of world.backends) {
    await cluster.create(world.paths.services, world.service(name, clusterOf(name)))
    await cluster.create(world.paths.deployments, world.deployment(name, initialReplicas[name] ?? 0))
  }
  const settled = () =>
    world.backends.every((name) => observer.endpoints(name).ready === initialReplicas[name])
  if (!(await observer.until(settled, settleMs))) throw new Error('the Pods of the demo did not become ready')
  await cluster.create(route.path, annotated(route.object, plot.annotations))
  if (route.status) await cluster.writeStatus(`${route.path}/${world.routeName}`, route.status)
  const declared = () => sameWeights(world.declaredWeights, observer.weights)
  if (!(await observer.until(declared, settleMs)))
    throw new Error(`the route does not have its declared weights, but ${describeWeights(observer.weights)}`)
  sender.start()
}

/** What `kubectl scale` would do to one of the demo's services. */
export const scale = ({ cluster }: Stand, service: string, replicas: number): Promise<void> =>
  cluster.scale(`${world.paths.deployments}/${service}`, replicas)

/** What `kubectl annotate` would do to the route. */
export const annotate = ({ cluster, route }: Stand, annotations: Readonly<Record<string, string>>) =>
  cluster.annotate(`${route.path}/${world.routeName}`, annotations)

export const drain = ({ cluster }: Stand, from: string): Promise<void> =>
  cluster.create(world.paths.drains, world.drain(from, Date.now()))

export const undrain = ({ cluster }: Stand): Promise<void> =>
  cluster.delete(`${world.paths.drains}/${world.drainName}`)

const annotated = (object: DemoRoute['object'], annotations: Readonly<Record<string, string>>) => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
})

/** The kind `Drain`, as the chart installs it. */
async function drainDefinition(): Promise<object> {
  const file = new URL('../../charts/linkerd-failover/files/drain-definition.yaml', import.meta.url)
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'drains.failover.linkerd.io' },
    spec: parse(await readFile(file, 'utf8')),
  }
}
