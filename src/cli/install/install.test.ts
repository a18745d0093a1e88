import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { version } from '../../base/version.ts'
import { kinds } from '../../install/kinds.ts'
import { Shop } from '../testing/shop.ts'

const label = { 'linkerd.io/extension': 'failover' }
const valuesAnnotation = 'failover.linkerd.io/install-values'

let shop: Shop
let folder: string
beforeEach(async () => {
  shop = await Shop.open()
  folder = mkdtempSync(join(tmpdir(), 'install-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await shop.close()
})

const manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})
const documents = (yaml: string) => parseAllDocuments(yaml).map((document) => manifest.parse(document.toJS()))
const names = (yaml: string) =>
  documents(yaml).map(({ kind, metadata }) =>
    [kind, metadata.namespace, metadata.name].filter(Boolean).join(' '),
  )

function valuesFile(text: string): string {
  const path = join(folder, 'values.yaml')
  writeFileSync(path, text)
  return path
}

/** The extension as `install` has left it, or Helm. */
function installed(namespace: string, annotations: Record<string, string> = {}, values?: string): void {
  const metadata = {
    name: namespace,
    labels: label,
    annotations: values === undefined ? {} : { [valuesAnnotation]: values },
  }
  shop.put({ apiVersion: 'v1', kind: 'Namespace', metadata })
  deployment(namespace, 'linkerd-failover', label, annotations)
}

function deployment(namespace: string, name: string, labels: Record<string, string>, annotations = {}): void {
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [] } },
  }
  shop.put({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels, annotations },
    spec,
  })
}

describe('install', () => {
  test('prints the Namespace first, then what the operator needs, and writes nothing', async () => {
    // Checks ask for permissions, which the server counts as writes.
    const { exitCode, stdout, stderr } = await shop.run(
      'install --skip-checks --set image.registry=registry.test',
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(names(stdout)).toEqual([
      'Namespace linkerd-failover',
      'ServiceAccount linkerd-failover linkerd-failover',
      'ClusterRole linkerd-failover',
      'ClusterRoleBinding linkerd-failover',
      'Role linkerd-failover linkerd-failover',
      'RoleBinding linkerd-failover linkerd-failover',
      'NetworkPolicy linkerd-failover linkerd-failover',
      'Deployment linkerd-failover linkerd-failover',
    ])
    expect(stdout).toContain(`image: registry.test/linkerd-failover:${version}`)
    expect(stdout).toContain('--selector=failover.linkerd.io/controlled-by=linkerd-failover')
    expect(shop.writes).toBe(0)
  })

  test('is the same in JSON, as one list', async () => {
    const yaml = await shop.run('install')
    const json = await shop.run('install -o json')
    const list = z
      .object({ kind: z.literal('List'), items: z.array(manifest) })
      .parse(JSON.parse(json.stdout))
    expect(list.items).toEqual(documents(yaml.stdout))
  })

  test('takes values as Helm does: --ha, then files, then --set, then --set-string', async () => {
    const file = valuesFile('replicas: 5\nlogLevel: debug\nlogFormat: json\n')
    const line = `install -n mesh --ha -f ${file} --set logFormat=plain,podLabels.a=b --set-string podLabels.number=7`
    const { stdout } = await shop.run(line)
    expect(names(stdout)).toContain('PodDisruptionBudget mesh linkerd-failover')
    expect(stdout).toContain('replicas: 5')
    expect(stdout).toContain('--log-level=debug')
    expect(stdout).toContain('--log-format=plain')
    expect(stdout).toContain('number: "7"')
    expect(stdout).toContain('whenUnsatisfiable: DoNotSchedule')
  })

  test('remembers on the Namespace what was said besides the defaults, nulls too', async () => {
    const stored = async (flags: string) =>
      documents((await shop.run(`install ${flags}`)).stdout)[0]?.metadata.annotations?.[valuesAnnotation]
    expect(await stored('')).toBeUndefined()
    const said = await stored('--set replicas=2,resources.limits.cpu=null -L mesh')
    expect(JSON.parse(said ?? '')).toEqual({
      linkerdNamespace: 'mesh',
      replicas: 2,
      resources: { limits: { cpu: null } },
    })
  })

  test('refuses where the extension is there already, and says what to do', async () => {
    installed('mesh')
    const { exitCode, stdout, stderr } = await shop.run('install')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toBe(
      'linkerd-failover: the extension is already installed in namespace mesh; use: linkerd-failover upgrade\n',
    )
    expect((await shop.run('install --ignore-cluster')).exitCode).toBe(0)
  })

  test('refuses where a check before an installation fails, unless told to skip them', async () => {
    const bare = await Shop.open({ trafficSplits: false, gatewayRoutes: false })
    const { exitCode, stdout, stderr } = await bare.run('install')
    const skipping = await bare.run('install --skip-checks')
    await bare.close()
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('checks failed: the cluster serves a kind of route: ')
    expect(stderr).toContain('--skip-checks')
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(skipping.exitCode).toBe(0)
  })

  test('sends to Helm what Helm has installed', async () => {
    installed('mesh', { 'meta.helm.sh/release-name': 'east' })
    expect((await shop.run('install')).stderr).toContain('by Helm, as release east; use: helm upgrade east')
  })

  test('needs no cluster with --ignore-cluster, and names that flag where there is none', async () => {
    const connect = async () => ({ ok: false, error: 'no kubeconfig' }) as const
    expect((await shop.run('install --ignore-cluster', { connect })).exitCode).toBe(0)
    const without = await shop.run('install', { connect })
    expect(without.exitCode).toBe(64)
    expect(without.stderr).toMatch(/no kubeconfig; .*--ignore-cluster/)
  })

  test.each([
    ['--set replicas=two', 'replicas: '],
    ['--set replica=2', '"replica"'],
    ['--set replicas', '"replicas" is not KEY=VALUE'],
    ['--set replicas=2,leaderElection.enabled=false', 'need leaderElection.enabled'],
    ['--values /nowhere.yaml', '--values /nowhere.yaml cannot be read: ENOENT'],
  ])('refuses %s in one line, before it asks the cluster', async (flags, message) => {
    shop.sandbox.store.clearRequests()
    const { exitCode, stdout, stderr } = await shop.run(`install ${flags}`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(shop.sandbox.store.requests({})).toBe(0)
  })

  test.each(['- a list', 'a: [', 'text'])('refuses a values file that is no map: %s', async (text) => {
    const { exitCode, stderr } = await shop.run(`install -f ${valuesFile(text)}`)
    expect(exitCode).toBe(64)
    expect(stderr).toContain('values.yaml')
  })

  test('an empty values file says nothing', async () => {
    expect((await shop.run(`install -f ${valuesFile('# nothing\n')}`)).stdout).toBe(
      (await shop.run('install')).stdout,
    )
  })
})

describe('upgrade', () => {
  test('prints what install prints, with the values of then and those of now', async () => {
    const first = await shop.run('install -n mesh --set replicas=2,logLevel=debug')
    installed('mesh', {}, documents(first.stdout)[0]?.metadata.annotations?.[valuesAnnotation])
    expect((await shop.run('upgrade')).stdout).toBe(first.stdout)

    const { stdout } = await shop.run('upgrade --set logLevel=info')
    expect(stdout).toContain('replicas: 2')
    expect(stdout).toContain('--log-level=info')
    const kept = documents(stdout)[0]?.metadata.annotations?.[valuesAnnotation]
    expect(JSON.parse(kept ?? '')).toEqual({ replicas: 2, logLevel: 'info' })
    expect((await shop.run('upgrade --reset-values')).stdout).toContain('replicas: 1')
  })

  test.each([
    ['nothing is installed', () => {}, 'upgrade', 'is not installed; install it with'],
    [
      'it is installed elsewhere',
      () => installed('mesh'),
      'upgrade -n other',
      'is not installed in namespace other',
    ],
    [
      'Helm has installed it',
      () => installed('mesh', { 'meta.helm.sh/release-name': 'r' }),
      'upgrade',
      'use: helm upgrade r --namespace mesh',
    ],
    ['its values are no JSON', () => installed('mesh', {}, '{'), 'upgrade', '--reset-values'],
    ['its values are no map', () => installed('mesh', {}, '[1]'), 'upgrade', '--reset-values'],
  ])('refuses where %s', async (_, prepare, line, message) => {
    prepare()
    const { exitCode, stdout, stderr } = await shop.run(line)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('wants to be told which one, where there are two', async () => {
    installed('mesh')
    installed('other')
    expect((await shop.run('upgrade')).stderr).toContain(
      'is installed in mesh, other; keep one of them, or choose one with --namespace',
    )
    expect((await shop.run('upgrade -n other')).stdout).toContain('namespace: other')
  })
})

describe('uninstall', () => {
  test('prints the Namespace, with which everything in it goes', async () => {
    installed('mesh')
    const { exitCode, stdout } = await shop.run('uninstall')
    expect(exitCode).toBe(0)
    expect(documents(stdout)).toEqual([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mesh' } }])
  })

  test('leaves a Namespace in which others live, and prints what is ours there', async () => {
    installed('linkerd')
    shop.put({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'linkerd', name: 'linkerd-failover', labels: label },
    })
    deployment('linkerd', 'linkerd-destination', { 'linkerd.io/control-plane-component': 'destination' })
    const { stdout, stderr } = await shop.run('uninstall')
    expect(stderr).toBe('Namespace linkerd also contains other Deployments, so it is kept\n')
    expect(names(stdout)).toEqual([
      'Deployment linkerd linkerd-failover',
      'ServiceAccount linkerd linkerd-failover',
    ])
  })

  test('says that there is nothing', async () => {
    const { exitCode, stdout, stderr } = await shop.run('uninstall')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('no object of the extension')
  })

  test('says what the server refuses', async () => {
    shop.sandbox.faults.fail(403, { method: 'GET' })
    const { exitCode, stdout } = await shop.run('uninstall')
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' })
  })
})

describe.each(['uninstall', 'prune'])('%s while routes are failed over', (command) => {
  beforeEach(() => {
    installed('mesh')
    shop.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'mesh', name: 'of-an-older-version', labels: label },
      spec: { ports: [{ port: 1 }] },
    })
    shop.split('cart', { cart: 1, 'cart-east': 0 })
    shop.split('held', { held: 0, east: 1 }, { annotations: { 'failover.linkerd.io/paused': 'true' } })
  })

  test('names them and prints nothing, unless it must', async () => {
    shop.split('web', { web: 0, 'web-east': 1 })
    const { exitCode, stdout, stderr } = await shop.run(command)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(
      '1 route is failed over, and without the operator nothing brings the traffic back: TrafficSplit shop/web; bring',
    )
    const forced = await shop.run(`${command} --force`)
    expect(forced).toMatchObject({ exitCode: 0, stderr: '' })
    expect(forced.stdout).toContain('metadata')
  })

  test('counts those that are too many to name', async () => {
    for (let number = 0; number < 13; number += 1) shop.split(`web-${number}`, { web: 0, east: 1 })
    const { stderr } = await shop.run(command)
    expect(stderr).toMatch(/13 routes are failed over.*TrafficSplit shop\/web-\d+ and 3 more; /)
  })

  test('prints if all are on their primary, or their owner has paused them', async () => {
    expect((await shop.run(command)).exitCode).toBe(0)
  })
})

describe('prune', () => {
  const service = (name: string) =>
    shop.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'mesh', name, labels: label },
      spec: { ports: [{ port: 1 }] },
    })

  test('prints what carries the label and belongs there no more, and never the Namespace', async () => {
    installed('mesh')
    service('of-an-older-version')
    shop.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'mesh', name: 'not-ours' },
      spec: { ports: [{ port: 1 }] },
    })
    const { exitCode, stdout } = await shop.run('prune -o json')
    expect(exitCode).toBe(0)
    expect(parse(stdout).items).toEqual([
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'of-an-older-version', namespace: 'mesh' } },
    ])
  })

  test('knows the values of then, so that it leaves what they brought', async () => {
    installed('mesh', {}, '{"serviceMonitor":{"enabled":true}}')
    service('linkerd-failover')
    expect(await shop.run('prune')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect(names((await shop.run('prune --set serviceMonitor.enabled=false')).stdout)).toEqual([
      'Service mesh linkerd-failover',
    ])
  })

  test('leaves to Helm what Helm has installed', async () => {
    installed('mesh', { 'meta.helm.sh/release-name': 'r' })
    service('old')
    expect((await shop.run('prune')).stderr).toContain('was installed by Helm')
  })
})

test('every kind that an installation brings can be found again', async () => {
  const all =
    '--set replicas=2,podMonitor.enabled=true,serviceMonitor.enabled=true,admissionPolicy.enabled=true'
  const { stdout } = await shop.run(`install ${all}`)
  const known = kinds.map(({ kind }) => kind)
  expect(
    documents(stdout)
      .map(({ kind }) => kind)
      .filter((kind) => !known.includes(kind)),
  ).toEqual([])
})
