import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { acceptedFor } from '../../sandbox/demo/routes.ts'
import { name as operatorName } from '../../src/install/manifest.ts'
import { type Stage, setStage } from '../cli/stage.ts'
import { released } from '../control-plane/definitions.ts'
import { eventually } from './eventually.ts'
import { type Hands, type Kind, type RouteOf, type Setting, service, type Told } from './faulty.ts'
import { marker, repaired, routeRows, well } from './faulty-routes.ts'
import { serviceRows } from './faulty-services.ts'
import { inParallel } from './in-parallel.ts'
import { at, slice, slices, splits } from './objects.ts'
import { json, type Operator, startOperator } from './operator.ts'

/**
 * All that can be wrong with a route or around it, side by side in one cluster with the real definitions: each
 * thing is told once by log and Event, counts in the metrics and stands in `explain`, until it is mended.
 */
const rows = [...routeRows, ...serviceRows]
let stage: Stage
let operator: Operator

const where = {
  services: 'v1',
  serviceprofiles: 'linkerd.io/v1alpha2',
  TrafficSplit: [splits, 'trafficsplits'],
  HTTPRoute: ['gateway.networking.k8s.io/v1', 'httproutes'],
  GRPCRoute: ['gateway.networking.k8s.io/v1', 'grpcroutes'],
  TCPRoute: ['gateway.networking.k8s.io/v1', 'tcproutes'],
  TLSRoute: ['gateway.networking.k8s.io/v1', 'tlsroutes'],
  'HTTPRoute.policy.linkerd.io': ['policy.linkerd.io/v1beta2', 'httproutes'],
} as const

const pathOf = (kind: Kind, namespace: string, name?: string) => {
  const [groupVersion, plural] = where[kind]
  return at(groupVersion, plural, name, namespace)
}

const event = z.object({
  type: z.string().optional(),
  reason: z.string().optional(),
  note: z.string().optional(),
  reportingController: z.string().optional(),
  series: z.unknown().optional(),
  regarding: z.object({ kind: z.string(), apiVersion: z.string(), name: z.string() }),
})

/** What Linkerd's policy controller writes into the status of a route that it follows. */
const acceptance = {
  status: {
    parents: [acceptedFor({ group: '', kind: 'Service', name: 'web', port: 80 })],
  },
}

/** What the owner of a namespace does in it. */
function handsIn(namespace: string): Hands {
  const { api } = stage.controlPlane
  return {
    create: (plural, object) => api.create(at(where[plural], plural, undefined, namespace), object),
    remove: (plural, name) => api.remove(at(where[plural], plural, name, namespace)),
    patchService: (name, patch) => api.patch(at(where.services, 'services', name, namespace), patch),
    accept: (kind, name) => api.patch(`${pathOf(kind, namespace, name)}/status`, acceptance),
    patch: (kind, name, patch) => api.patch(pathOf(kind, namespace, name), patch),
    removeRoute: (kind, name) => api.remove(pathOf(kind, namespace, name)),
  }
}

async function addRoute(namespace: string, { kind, name, object, accepted }: RouteOf): Promise<void> {
  const [apiVersion] = where[kind]
  await stage.controlPlane.api.create(pathOf(kind, namespace), { ...object, apiVersion })
  if (accepted && kind !== 'TrafficSplit') await handsIn(namespace).accept(kind, name)
}

/** Creates a namespace with Services, one ready endpoint behind each, and then its routes. */
async function set({
  namespace,
  routes,
  services,
  serviceParts = {},
  profiles = [],
}: Setting): Promise<void> {
  const { api } = stage.controlPlane
  const { create } = handsIn(namespace)
  await api.create('/api/v1/namespaces', { metadata: { name: namespace } })
  for (const [name, ports] of Object.entries(services ?? { web: [80], east: [80] })) {
    await create('services', service(name, ports, serviceParts[name]))
    const endpoints = { ...slice(name, 1, 1), ports: ports.map((port) => ({ name: `p${port}`, port })) }
    await api.create(at(slices, 'endpointslices', undefined, namespace), endpoints)
  }
  for (const one of profiles) await create('serviceprofiles', one)
  for (const one of routes) await addRoute(namespace, one)
}

/** The operator's Warnings in a namespace, as `KIND/NAME: reason: note`. Each that came more than once says so. */
async function warnings(namespace: string): Promise<string[]> {
  const path = at('events.k8s.io/v1', 'events', undefined, namespace)
  const { items } = await stage.controlPlane.api.get(path, z.object({ items: z.array(event) }))
  return items
    .filter(({ type, reportingController }) => type === 'Warning' && reportingController === operatorName)
    .map(({ regarding: { kind, apiVersion, name }, reason, note, series }) => {
      const group = apiVersion.startsWith('policy.linkerd.io/') ? '.policy.linkerd.io' : ''
      return `${kind}${group}/${name}: ${reason}: ${note}${series ? ', and again' : ''}`
    })
    .sort()
}
const eventOf = ({ kind, name = 'web', reason, sentence }: Told) => `${kind}/${name}: ${reason}: ${sentence}`
const eventsOf = (told: readonly Told[]) => told.map(eventOf).sort()

const line = z.object({ msg: z.string() })
/** How often the log has said this of a route. */
function timesSaid(namespace: string, { kind, name = 'web', reason, sentence }: Told): number {
  const middle = reason === 'Misconfigured' ? ' is misconfigured, so its weights stay as they are' : ''
  const said = `${kind} ${namespace}/${name}${middle}: ${sentence}`
  const lines = operator.output().split('\n')
  return lines.filter((text) => line.safeParse(json(text)).data?.msg === said).length
}

const explanation = z.object({
  findings: z.array(z.object({ reason: z.string(), message: z.string() })),
  unseen: z.array(z.string()),
  route: z.object({ splits: z.array(z.object({ sentence: z.string() })) }),
})
/** What `explain` finds wrong with a route, as `reason: sentence`. */
async function explained(namespace: string, kind: Kind, name = 'web'): Promise<string[]> {
  const { code, stdout, stderr } = await stage.cli(`explain ${kind}/${name} -n ${namespace} -o json`)
  expect(code, stderr).toBe(0)
  const { findings, unseen, route } = explanation.parse(JSON.parse(stdout))
  expect(unseen).toEqual([])
  const misconfigured = route.splits.flatMap(
    ({ sentence }) => /^holds: misconfigured: (.*)$/.exec(sentence)?.[1] ?? [],
  )
  // No program copies TrafficSplits into ServiceProfiles here.
  const isMissingCopy = (reason: string) => kind === 'TrafficSplit' && reason === 'ServiceProfile'
  return [
    ...findings
      .filter(({ reason }) => !isMissingCopy(reason))
      .map(({ reason, message }) => `${reason}: ${message}`),
    ...misconfigured.map((problem) => `Misconfigured: ${problem}`),
  ]
}

/** How many routes of the kind have what is wrong with this one, by the metrics. */
async function counted({ kind, reason }: Told): Promise<number> {
  const metrics = await operator.metrics()
  return reason === 'Misconfigured'
    ? metrics.sum('linkerd_failover_routes', { kind, state: 'misconfigured' })
    : metrics.sum('linkerd_failover_findings', { kind, reason })
}
const allTold = rows.flatMap(({ told }) => told)
const alike = ({ kind, reason }: Told) =>
  allTold.filter((other) => other.kind === kind && other.reason === reason).length

beforeAll(async () => {
  stage = await setStage()
  const { controlPlane } = stage
  await controlPlane.installCrd()
  await controlPlane.install(
    released('standard', 'httproutes'),
    released('standard', 'grpcroutes'),
    released('standard', 'tcproutes'),
    released('standard', 'tlsroutes'),
    released('linkerd', 'httproutes'),
    released('linkerd', 'serviceprofiles'),
  )
  operator = startOperator(await controlPlane.operatorKubeconfig())
  await operator.ready()
  await inParallel([...rows, well, repaired], set)
  for (const { namespace, told } of [...rows, repaired]) {
    await eventually(async () => expect(await warnings(namespace)).toEqual(eventsOf(told)), 60_000)
  }
})
afterAll(async () => {
  await operator?.kill()
  await stage?.stop()
})

describe.each(rows)('$fault', ({ namespace, told }) => {
  it.each(told)('is told of the $kind as $reason: Event, log, metric, explain', async (one) => {
    expect(timesSaid(namespace, one)).toBe(1)
    expect(await explained(namespace, one.kind, one.name)).toEqual([`${one.reason}: ${one.sentence}`])
    await eventually(async () => expect(await counted(one)).toBe(alike(one)))
  })
})

it.each(repaired.told)('zeros of a $kind are told, although they are repaired at once', async (one) => {
  expect(await warnings(repaired.namespace)).toEqual(eventsOf(repaired.told))
  expect(timesSaid(repaired.namespace, one)).toBe(1)
  expect(await explained(repaired.namespace, one.kind, one.name)).toEqual([])
})

it('nothing is told again when a route is looked at again, nor of routes that are well', async () => {
  const touch = { metadata: { labels: { team: 'shop' } } }
  await inParallel([...rows, well, repaired], async ({ namespace, routes }) => {
    for (const { kind, name } of routes) await handsIn(namespace).patch(kind, name, touch)
  })
  // All looks wait equally long, so the others are over once this one is.
  await set(marker)
  await eventually(async () => expect(await warnings(marker.namespace)).toHaveLength(1))
  for (const { namespace, told } of [...rows, repaired]) {
    expect(await warnings(namespace)).toEqual(eventsOf(told))
    for (const one of told) expect(timesSaid(namespace, one)).toBe(1)
  }
  const metrics = await operator.metrics()
  for (const one of allTold.filter(({ reason }) => reason === 'Misconfigured')) {
    const { kind } = one
    expect(metrics.sum('linkerd_failover_misconfigurations_total', { kind })).toBe(alike(one))
  }
  expect(await warnings(well.namespace)).toEqual([])
  for (const { kind, name } of well.routes) expect(await explained(well.namespace, kind, name)).toEqual([])
  await handsIn(marker.namespace).removeRoute('HTTPRoute', 'web')
})

describe('once it is mended', () => {
  beforeAll(async () => {
    await inParallel(rows, ({ namespace, mend }) => mend(handsIn(namespace)))
    await eventually(async () => {
      for (const one of allTold) expect(await counted(one), eventOf(one)).toBe(0)
    }, 60_000)
  })

  it.each(rows)('nobody speaks of it any more: $fault', async ({ namespace, told, routes }) => {
    expect(await warnings(namespace)).toEqual(eventsOf(told))
    for (const one of told) {
      expect(timesSaid(namespace, one)).toBe(1)
      const again = `${one.kind} ${namespace}/${one.name ?? 'web'} is configured correctly again`
      if (one.reason === 'Misconfigured') expect(operator.output()).toContain(again)
    }
    for (const { kind, name } of routes) {
      const isThere = (await stage.controlPlane.api.status(pathOf(kind, namespace, name))) === 200
      if (isThere) expect(await explained(namespace, kind, name)).toEqual([])
    }
  })
})
