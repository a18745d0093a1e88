import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { type Clock, systemClock } from '../src/base/clock.ts'
import { Access } from './access.ts'
import { Api } from './api.ts'
import { type Controllers, runControllers } from './controllers/run.ts'
import { serveCrds } from './crds.ts'
import { Faults } from './faults.ts'
import { gatewayCrds, serviceProfileCrd } from './gateway-crds.ts'
import { serveHttp } from './http.ts'
import type { Json } from './json.ts'
import { builtinKinds } from './kinds.ts'
import { parseObject } from './object.ts'
import { runPulse } from './pulse.ts'
import { Registry } from './registry.ts'
import { RequestLog } from './requests.ts'
import { Store } from './store.ts'
import { monitoringCrds, storedKinds } from './stored-kinds.ts'
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
  /**
   * Whether the CRDs of the Gateway API's routes, and Linkerd's own, are there from the start; true without
   * it.
   */
  gatewayRoutes?: boolean
  /** How many changes of each kind a watch may have missed before it is too old. */
  history?: number
  /** Whether it renews a Lease of its own, as a real API server does; false without it. */
  pulse?: boolean
  /** For timestamps, ages, time-outs of watches and whatever else takes time; the machine's without it. */
  clock?: Clock
  /** Names for new objects' `metadata.uid`; random ones without it. */
  newUid?: () => string
}

/** An API server without a way in from other processes. */
export type InMemorySandbox = {
  api: Api
  world: World
  faults: Faults
  store: Access
  /** Takes its controllers away, and ends its pulse. */
  stop(): void
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
  for (const crd of monitoringCrds()) store.create(crd)
  if (options.gatewayRoutes === false) return
  for (const crd of [...gatewayCrds(), serviceProfileCrd()]) store.create(crd)
}

function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address && typeof address === 'object') resolve(address)
      else reject(new Error('the server has no port'))
    })
  })
}

/** Creates an API server that only this process can ask. */
export function createSandbox(options: Omit<SandboxOptions, 'port'> = {}): InMemorySandbox {
  const registry = new Registry([...builtinKinds, ...storedKinds])
  const store = new Store(options.history ?? 10_000)
  const { clock = systemClock, newUid = randomUUID } = options
  const world: World = { store, registry, clock, newUid }
  for (const kind of registry.kinds()) store.collection(kind)
  serveCrds(store, registry)
  const log = new RequestLog()
  const access = new Access(world, log)
  fill(access, options)
  let controllers: Controllers | undefined
  if (options.controllers !== false) controllers = runControllers(world, options.podReadyMs ?? 0)
  const endPulse = options.pulse ? runPulse(access, clock) : undefined
  const faults = new Faults(store)
  const api = new Api(world, faults, log)
  const stop = () => {
    endPulse?.()
    controllers?.stop()
  }
  return { api, world, faults, store: access, stop }
}

/** Starts a sandbox; it answers when this resolves, and rejects if its port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = createSandbox(options)
  const { api, world, faults, store } = sandbox
  const server = serveHttp(api, faults, world.clock)
  const { port } = await listen(server, options.port ?? 0)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    kubeconfig: kubeconfigFor(url),
    faults,
    store,
    stop: () => {
      sandbox.stop()
      for (const socket of faults.sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
