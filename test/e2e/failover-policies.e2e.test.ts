import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { name as operatorName } from '../../src/install/manifest.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { openHelm } from '../chart/helm.ts'
import { operatorUser } from '../chart/release.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { binary } from '../programs/binaries.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import type { Weights } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'
import {
  applyInstalled,
  expectOnlyAllowed,
  expectRoles,
  isServed,
  type Kubectl,
  kubectlOf,
} from './own-kinds.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let kubeconfig: string
let operators: Operator[] = []

const start = async (): Promise<Operator> => {
  const operator = startOperator(kubeconfig, ['--policies', operatorName])
  operators.push(operator)
  await operator.ready()
  return operator
}

const kubectl: Kubectl = (...args) => kubectlOf(controlPlane)(...args)

const definition = 'failoverpolicies.failover.linkerd.io'
async function installKinds(): Promise<void> {
  await applyInstalled(kubectl, 'CustomResourceDefinition', 'ClusterRole')
  await isServed(kubectl, definition)
}

beforeAll(async () => {
  const controllers = ['clusterrole-aggregation-controller']
  controlPlane = await startControlPlane({ auditUser: operatorUser, controllers })
  await controlPlane.installCrd()
  await installKinds()
  kubeconfig = await controlPlane.operatorKubeconfig()
  cluster = openCluster(controlPlane.api)
  await start()
})
afterAll(async () => {
  await Promise.all(operators.map((operator) => operator.kill()))
  await controlPlane?.stop()
})

const policyOf = (name: string, spec: Readonly<Record<string, unknown>>, namespace = 'default') => ({
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'FailoverPolicy',
  metadata: { namespace, name },
  spec: { targetRefs: [targets.split(name)], ...spec },
})
const policy = (...args: Parameters<typeof policyOf>) => kubectl(['apply', '-f', '-'], policyOf(...args))
const remove = (name: string, namespace = 'default') =>
  kubectl(['delete', 'failoverpolicy', name, '--namespace', namespace])
/** What kstatus makes of it: `Current` once it is applied. */
async function statusByFlux(name: string): Promise<string> {
  const object = await kubectl(['get', 'fopolicy', name, '-o', 'json'])
  return execFileSync(binary('kstatus'), { input: object, encoding: 'utf8' }).trim()
}
const becomes = (name: string, reasons: string, namespace = 'default') =>
  eventually(async () => {
    const path = 'jsonpath={.status.conditions[*].reason}'
    expect(await kubectl(['get', 'fopolicy', name, '--namespace', namespace, '-o', path])).toBe(reasons)
  })

const name63 = 'n'.repeat(63)
const clusters = (...names: string[]) => ({ clusters: names })
const backends = (...names: string[]) => ({ backends: names.map((name) => ({ name })) })

describe('the API server', () => {
  it.each([
    ['no targets', { targetRefs: undefined }],
    ['an empty list of targets', { targetRefs: [] }],
    ['17 targets', { targetRefs: Array.from({ length: 17 }, (_, nth) => targets.split(`a${nth}`)) }],
    ['a target twice', { targetRefs: [targets.split('a'), targets.split('a')] }],
    ['a target of another kind', { targetRefs: [{ group: 'apps', kind: 'Deployment', name: 'a' }] }],
    [
      'a kind of another group',
      { targetRefs: [{ group: 'split.smi-spec.io', kind: 'HTTPRoute', name: 'a' }] },
    ],
    ['a Mesh of another name', { targetRefs: [{ ...targets.mesh, name: 'other' }] }],
    ['no tiers', { tiers: [] }],
    ['nine tiers', { tiers: Array.from({ length: 9 }, () => clusters('east')) }],
    ['a tier that is nothing', { tiers: [{ name: 'home' }] }],
    ['a tier that is two things', { tiers: [{ ...clusters('east'), ...backends('web') }] }],
    ['the rest before the last tier', { tiers: [{ rest: {} }, clusters('east')] }],
    ['the rest twice', { tiers: [{ rest: {} }, { rest: {} }] }],
    ['a cluster that is no name', { tiers: [clusters('East Side')] }],
    ['a cluster twice', { tiers: [clusters('east', 'east')] }],
    ['a weight below 0', { tiers: [{ backends: [{ name: 'web', weight: -1 }] }] }],
    ['a count of 0', { minReady: { count: 0 } }],
    ['a percentage alone', { minReady: { percent: 50 } }],
    ['more than 100 %', { minReady: { count: 1, percent: 101 } }],
    ['a return by less', { minReady: { count: 4 }, failback: { minReady: { count: 2 } } }],
    ['a wait that is no duration', { failback: { after: '1 minute' } }],
    ['a wait of more than a day', { failback: { after: '25h' } }],
    ['a longest wait of more than a day', { failback: { after: '1m', atMost: '25h' } }],
    ['a delay that is no duration', { failover: { after: '10' } }],
    ['a delay of more than a day', { failover: { after: '24h1ms' } }],
    ['a delay of more than a day with none ready', { failover: { whenDown: '25h' } }],
    ['a field of failover that does not exist', { failover: { afer: '10s' } }],
    ['a field that does not exist', { failbak: {} }],
    ['limits of a route', { limits: { movesPerSecond: 1 } }],
    ['no move a second', { targetRefs: [targets.mesh], limits: { movesPerSecond: 0 } }],

    ['more than all routes', { targetRefs: [targets.mesh], limits: { stopAtPercent: 101 } }],
    ['an enforcement that is none', { enforcement: 'Warn' }],
  ])('refuses %s', async (_, spec) => {
    const object = JSON.parse(JSON.stringify(policyOf('wrong', spec)))
    const answer = await controlPlane.kubectl(['create', '--dry-run=server', '-f', '-'], stringify(object))
    expect(answer.code, answer.stdout).not.toBe(0)
  })

  it.each([
    ['targets alone', {}],
    [
      'every target',
      {
        targetRefs: [
          targets.mesh,
          targets.namespace('default'),
          targets.service('web'),
          targets.split('web'),
          ...['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'].map((kind) => ({
            ...targets.http('web'),
            kind,
          })),
          { group: 'policy.linkerd.io', kind: 'HTTPRoute', name: 'web' },
        ],
      },
    ],
    ['eight tiers', { tiers: [...Array.from({ length: 7 }, (_, nth) => clusters(`c${nth}`)), { rest: {} }] }],
    [
      'tiers with names, weights, ports and namespaces',
      { tiers: [{ name: name63, backends: [{ name: 'web', namespace: 'shop', port: 80, weight: 0 }] }] },
    ],
    [
      'thresholds',
      { minReady: { count: 2, percent: 50, expected: 6 }, failback: { minReady: { count: 4 } } },
    ],
    ['a wait of a day', { failback: { after: '23h59m60s' } }],
    ['no delay', { failover: {} }],
    ['limits', { targetRefs: [targets.mesh], limits: { movesPerSecond: 0.5, stopAtPercent: 40 } }],
    ['a DryRun', { enforcement: 'DryRun' }],
    ['a policy that is enforced', { enforcement: 'Enforce' }],
    [
      'delays before a failover, and longer waits for a return',
      { failover: { after: '10s', whenDown: '0s' }, failback: { after: '30s', atMost: '24h' } },
    ],
  ])('takes %s', async (_, spec) => {
    await kubectl(['create', '--dry-run=server', '-f', '-'], policyOf('right', spec))
  })

  it('writes no defaults into a policy, which would beat those of a more general one', async () => {
    const spec = { targetRefs: [targets.split('web')], minReady: { count: 2 }, failback: {} }
    const made = await kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      policyOf('plain', spec),
    )
    expect(JSON.parse(made).spec).toEqual(spec)
  })

  it('takes every example of the documentation', async () => {
    for (const file of ['policies.md', 'api.md']) {
      const text = readFileSync(join(import.meta.dirname, '../../docs/using', file), 'utf8')
      const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block)
      const objects = blocks.filter((block) => block.startsWith('apiVersion: failover.linkerd.io'))
      expect(objects.length).toBeGreaterThan(1)
      for (const object of objects.flatMap((block) => parseAllDocuments(block)).map((one) => one.toJS())) {
        object.metadata.namespace = 'default'
        await kubectl(['create', '--dry-run=server', '-f', '-'], object)
      }
    }
  })

  it('explains the fields', async () => {
    expect(await kubectl(['explain', 'failoverpolicies.spec.failback'])).toMatch(
      /KIND: +FailoverPolicy.*FIELD: failback <Object>.*When traffic goes back.*after\t<string>/s,
    )
  })
})

it('may be created by those who may edit a namespace, and seen by those who may view it', () =>
  expectRoles(controlPlane, 'failoverpolicies'))

let count = 0
let web: string
beforeEach(async () => {
  count += 1
  web = `web${count}`
})
const weights = (primary: number, east = 0): Weights => ({ [web]: primary, [`${web}-east`]: east })
async function addShop(annotations: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const service of Object.keys(weights(100))) await cluster.addService(service, 2)
  await cluster.addSplit(web, weights(100), { annotations })
}
/** A chart of one object; returns its folder. */
function writeChart(object: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'))
  mkdirSync(join(folder, 'templates'))
  writeFileSync(join(folder, 'Chart.yaml'), stringify({ apiVersion: 'v2', name: 'policy', version: '1.0.0' }))
  writeFileSync(join(folder, 'templates', 'policy.yaml'), stringify(object, { aliasDuplicateObjects: false }))
  return folder
}
const eastFirst = () => ({ tiers: [backends(`${web}-east`), { rest: {} }] })

describe('a FailoverPolicy', () => {
  it('moves traffic at once, and says what has become of it', async () => {
    await addShop()
    await policy(web, eastFirst())
    await cluster.weightsBecome(web, weights(0, 100))
    await kubectl(['wait', '--for=condition=Accepted', `failoverpolicy/${web}`, '--timeout=20s'])
    expect(await statusByFlux(web)).toBe('Current')
    await kubectl(['wait', '--for=condition=OnFirstTier', `failoverpolicy/${web}`, '--timeout=20s'])
    const row = await kubectl(['get', 'failoverpolicies', web, '--no-headers'])
    expect(row.split(/ +/).slice(0, 7)).toEqual([web, web, 'True', 'Programmed', '1', '0', '0'])
    const [head] = (await kubectl(['get', 'failoverpolicies', '-A'])).split('\n')
    const columns = 'NAMESPACE NAME TARGETS ACCEPTED PROGRAMMED ROUTES AWAY WAITING AGE'
    expect(head?.trim().split(/ +/).join(' ')).toBe(columns)
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.weightsBecome(web, weights(100))
    await becomes(web, 'Accepted Programmed Away')
    expect(await statusByFlux(web), 'an outage must not keep Flux waiting').toBe('Current')
    await remove(web)
  })

  it('lets a backend with too few ready endpoints serve for a while, and one with none not at all', async () => {
    await addShop()
    await policy(web, { minReady: { count: 2 }, failover: { after: '5s' } })
    await becomes(web, 'Accepted Programmed OnFirstTier')
    const began = performance.now()
    await cluster.setReady(web, 1, 2)
    await cluster.weightsBecome(web, weights(0, 100), 20_000)
    expect(performance.now() - began).toBeGreaterThan(4_900)
    const note = `default/${web} has 1 of 2 endpoints ready, which is too few; it keeps its traffic for 5s, to see whether it has enough again`
    await eventually(async () => {
      const events = await cluster.events({ split: web, reason: 'FailoverWaits' })
      expect(events.map((event) => [event.note, event.series?.count])).toEqual([[note, undefined]])
    })
    await cluster.setReady(web, 2, 2)
    await cluster.weightsBecome(web, weights(100))
    await policy(web, { minReady: { count: 2 }, failover: { after: '24h' } })
    await cluster.setReady(web, 0, 2)
    await cluster.weightsBecome(web, weights(0, 100))
    await remove(web)
  })

  it('that was deleted is over after 10 s', async () => {
    await addShop()
    await policy(web, eastFirst())
    await cluster.weightsBecome(web, weights(0, 100))
    const gone = performance.now()
    await remove(web)
    await cluster.weightsBecome(web, weights(100), 20_000)
    expect(performance.now() - gone).toBeGreaterThan(9_900)
  })

  it('that was deleted and created again moves nothing', async () => {
    await addShop()
    await policy(web, eastFirst())
    await cluster.weightsBecome(web, weights(0, 100))
    const before = await cluster.version(web)
    await kubectl(['replace', '--force', '-f', '-'], policyOf(web, eastFirst()))
    await new Promise((resolve) => setTimeout(resolve, 11_000))
    await cluster.fence()
    expect(await cluster.version(web)).toBe(before)
    await becomes(web, 'Accepted Programmed OnFirstTier')
    await remove(web)
  })

  it.each([
    ['uninstalls and installs again', {}],
    // A hook is what Helm deletes and creates again with each upgrade.
    ['upgrades as a hook', { 'helm.sh/hook': 'post-install,post-upgrade' }],
  ])('that Helm %s moves nothing', async (_, annotations) => {
    await addShop()
    const helm = openHelm(controlPlane.kubeconfigPath)
    const folder = writeChart({ ...policyOf(web, eastFirst()), metadata: { name: web, annotations } })
    const uid = () => kubectl(['get', 'fopolicy', web, '-o', 'jsonpath={.metadata.uid}'])
    try {
      await helm.must('install', web, folder, '--namespace', 'default')
      await cluster.weightsBecome(web, weights(0, 100))
      await becomes(web, 'Accepted Programmed OnFirstTier')
      const before = { route: await cluster.version(web), uid: await uid() }
      if (!('helm.sh/hook' in annotations)) await helm.must('uninstall', web, '--namespace', 'default')
      await helm.must('upgrade', '--install', web, folder, '--namespace', 'default')
      expect(await uid(), 'it was created again').not.toBe(before.uid)
      await new Promise((resolve) => setTimeout(resolve, 11_000))
      await cluster.fence()
      expect(await cluster.version(web)).toBe(before.route)
      await becomes(web, 'Accepted Programmed OnFirstTier')
    } finally {
      helm.close()
      rmSync(folder, { recursive: true })
    }
    await remove(web)
  })

  it('of a route that has one already waits until that is gone', async () => {
    await addShop()
    await policy(web, { ...eastFirst(), targetRefs: [targets.split(web)] })
    await cluster.weightsBecome(web, weights(0, 100))
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await policy(`a-${web}`, { tiers: [backends(web)], targetRefs: [targets.split(web)] })
    await becomes(`a-${web}`, 'Conflicted Conflicted NoRoutes')
    await remove(web)
    await cluster.weightsBecome(web, weights(100), 20_000)
    await becomes(`a-${web}`, 'Accepted Programmed OnFirstTier')
    await remove(`a-${web}`)
  })

  it('that is a DryRun moves nothing beside one that is enforced, and reports what it would do', async () => {
    await addShop()
    const [tried, enforced] = [
      { ...eastFirst(), enforcement: 'DryRun' },
      { tiers: [backends(web), { rest: {} }] },
    ]
    await policy(`all-${web}`, { ...enforced, targetRefs: [targets.service(web)] })
    await policy(web, tried)
    await becomes(`all-${web}`, 'Accepted Programmed OnFirstTier')
    await becomes(web, 'Accepted DryRun OnFirstTier')
    expect(await statusByFlux(web)).toBe('Current')
    const notes = async () =>
      await kubectl([
        'get',
        'events',
        '-o',
        'jsonpath={.items[*].message}',
        `--field-selector=reason=WouldFailover,involvedObject.name=${web}`,
      ])
    await eventually(async () =>
      expect(await notes()).toContain(`would go back by FailoverPolicy default/${web}`),
    )
    await cluster.setReady(`${web}-east`, 0, 2)
    await becomes(web, 'Accepted DryRun Away')
    await eventually(async () =>
      expect(await notes()).toContain(`would fail over by FailoverPolicy default/${web}`),
    )
    expect(await cluster.weights(web)).toEqual(weights(100))
    const [ancestor] = JSON.parse(
      await kubectl(['get', 'fopolicy', web, '-o', 'jsonpath={.status.ancestors}']),
    )
    expect(ancestor.splits[0].why).toMatch(/^DryRun: would fail over: /)
    await cluster.setReady(`${web}-east`, 2, 2)
    await policy(web, { ...tried, enforcement: 'Enforce' })
    await cluster.weightsBecome(web, weights(0, 100), 20_000)
    await becomes(web, 'Accepted Programmed OnFirstTier')
    await becomes(`all-${web}`, 'Accepted Overridden NoRoutes')
    for (const name of [web, `all-${web}`]) await remove(name)
  })

  it('of the Mesh is for all routes in the namespace of the operator, and for none in another', async () => {
    await addShop()
    await cluster.setReady(web, 1, 2)
    const mesh = { targetRefs: [targets.mesh], minReady: { count: 2 } }
    await policy('mesh', mesh)
    await becomes('mesh', 'Invalid Invalid NoRoutes')
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(100))
    await policy('mesh', mesh, operatorName)
    await cluster.weightsBecome(web, weights(0, 100))
    await remove('mesh')
    await remove('mesh', operatorName)
    await cluster.weightsBecome(web, weights(100), 20_000)
  })
})

it('limits hold a mass event up, and say so, and nothing that is needed', async () => {
  const names = Array.from({ length: 12 }, (_, nth) => `${web}-${nth}`)
  await addShop()
  for (const name of names) await cluster.addSplit(name, weights(100))
  const mesh = { targetRefs: [targets.mesh], minReady: { count: 2 }, limits: { stopAtPercent: 25 } }
  const reason = 'jsonpath={.status.conditions[?(@.type=="MassEvent")].reason}'
  const isHeld = (text: string) =>
    eventually(async () =>
      expect(await kubectl(['get', 'fopolicy', 'mesh', '--namespace', operatorName, '-o', reason])).toBe(
        text,
      ),
    )
  await policy('mesh', mesh, operatorName)
  await isHeld('NoMassEvent')
  await cluster.setReady(web, 1, 2)
  await isHeld('Held')
  await eventually(async () =>
    expect(
      await kubectl([
        'get',
        'events',
        `--namespace=${operatorName}`,
        '-o',
        'jsonpath={.items[*].message}',
        '--field-selector=reason=MassEvent,involvedObject.name=mesh',
      ]),
    ).toContain('want to leave backends that can serve, more than 25 %'),
  )
  await cluster.fence()
  expect(await cluster.weights(web)).toEqual(weights(100))
  await cluster.setReady(web, 0, 2)
  for (const name of [web, ...names]) await cluster.weightsBecome(name, weights(0, 100))
  await remove('mesh', operatorName)
})

it('an operator that was restarted moves nothing', async () => {
  await addShop()
  await policy(web, eastFirst())
  await cluster.weightsBecome(web, weights(0, 100))
  await becomes(web, 'Accepted Programmed OnFirstTier')
  const versionOf = () => kubectl(['get', 'fopolicy', web, '-o', 'jsonpath={.metadata.resourceVersion}'])
  const [leader] = operators
  await leader?.stop()
  const before = [await cluster.version(web), await versionOf()]
  operators = []
  await start()
  await cluster.fence()
  expect([await cluster.version(web), await versionOf()]).toEqual(before)
  await remove(web)
})

it('policies stay in force if their kind is removed, and the operator says so', async () => {
  await addShop()
  await policy(web, eastFirst())
  await cluster.weightsBecome(web, weights(0, 100))
  await kubectl(['delete', 'crd', definition])
  await eventually(async () => {
    expect(operators.map((operator) => operator.output()).join()).toContain('was removed from the cluster')
  }, 30_000)
  await new Promise((resolve) => setTimeout(resolve, 11_000))
  await cluster.fence()
  expect(await cluster.weights(web)).toEqual(weights(0, 100))
  await installKinds()
  await cluster.weightsBecome(web, weights(100), 60_000)
})

it('the operator asks for nothing that it may not', () => expectOnlyAllowed(controlPlane, 'failoverpolicies'))
