import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { Access } from './access.ts'
import { runControllers } from './controllers/run.ts'
import { serveCrds } from './crds.ts'
import { Faults } from './faults.ts'
import { Http } from './http.ts'
import type { Json } from './json.ts'
import { builtinKinds } from './kinds.ts'
import { parseObject } from './object.ts'
import { Registry } from './registry.ts'
import { RequestLog } from './requests.ts'
import { Store } from './store.ts'
import type { World } from './world.ts'

export type { Access } from './access.ts'
export type { Faults } from './faults.ts'
export type { KubeObject } from './object.ts'

export type SandboxOptions = {
  /** The port on loopback; any free one without it. */
  port?: number
  /** Whether Deployments get Pods and Services get EndpointSlices; true without it. */
  controllers?: boolean
  /** How long a new Pod takes to become ready; at once without it. */
  podReadyMs?: number
  /** Whether the TrafficSplit CRD is there from the start; true without it. */
  trafficSplits?: boolean
  /** How many changes of each kind a watch may have missed before it is too old. */
  history?: number
  /** The wall clock of timestamps and ages. */
  now?: () => Date
}

/** A running API server, in memory, on loopback, without authentication. */
export type Sandbox = {
  url: string
  /** YAML text that names it, for kubectl. */
  kubeconfig: string
  faults: Faults
  store: Access
  /** Ends all connections; resolves when nothing of it is left. */
  stop(): Promise<void>
}

function kubeconfigFor(server: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server } }],
    users: [{ name: 'sandbox', user: {} }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'sandbox', namespace: 'default' } }],
    'current-context': 'sandbox',
  })
}

const json: z.ZodType<Json> = z.json()

function trafficSplitCrd() {
  const text = readFileSync(join(import.meta.dirname, 'trafficsplit-crd.yaml'), 'utf8')
  return parseObject(json.parse(parse(text)), {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
  })
}

const firstNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

function fill(store: Access, options: SandboxOptions): void {
  for (const name of firstNamespaces) {
    store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  if (options.trafficSplits !== false) store.create(trafficSplitCrd())
}

function listen({ server }: Http, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address && typeof address === 'object') resolve(address)
      else reject(new Error('the server has no port'))
    })
  })
}

/** Starts a sandbox; it answers when this resolves, and rejects if its port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const registry = new Registry(builtinKinds)
  const store = new Store(options.history ?? 10_000)
  const world: World = { store, registry, now: options.now ?? (() => new Date()) }
  for (const kind of registry.kinds()) store.collection(kind)
  serveCrds(store, registry)
  const log = new RequestLog()
  const access = new Access(world, log)
  fill(access, options)
  const controllers =
    options.controllers === false ? undefined : runControllers(world, options.podReadyMs ?? 0)
  const faults = new Faults(store)
  const http = new Http(world, faults, log)
  const { port } = await listen(http, options.port ?? 0)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    kubeconfig: kubeconfigFor(url),
    faults,
    store: access,
    stop: () => {
      controllers?.stop()
      for (const socket of faults.sockets) socket.destroy()
      return new Promise((resolve) => http.server.close(() => resolve()))
    },
  }
}
