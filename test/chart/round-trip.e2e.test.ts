import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { kinds } from '../../src/install/kinds.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import type { Finished } from '../control-plane/kubectl.ts'

/** `linkerd-failover ... | kubectl ... -f -`, with the program and the kubectl that people use. */
let controlPlane: ControlPlane

beforeAll(async () => {
  // With a namespace goes what is in it: that is the work of a controller.
  controlPlane = await startControlPlane({ controllers: ['namespace-controller'] })
})
afterAll(() => controlPlane?.stop())

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')

function cli(...args: readonly string[]): Promise<Finished> {
  const all = [main, ...args, '--kubeconfig', controlPlane.kubeconfigPath]
  return new Promise((resolve) => {
    execFile(process.execPath, all, (error, stdout, stderr) =>
      resolve({ stdout, stderr, code: error === null ? 0 : Number(error.code ?? 1) }),
    )
  })
}

/** What the program prints, which must succeed. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...args)
  expect(`${code} ${stderr}`, `linkerd-failover ${args.join(' ')}`).toBe('0 ')
  return stdout
}

async function kubectl(verb: 'apply' | 'delete', manifests: string): Promise<string> {
  const { code, stdout, stderr } = await controlPlane.kubectl([verb, '-f', '-'], manifests)
  expect(code, stderr).toBe(0)
  return stdout
}

const found = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ namespace: z.string().optional(), name: z.string(), resourceVersion: z.string() }),
    }),
  ),
})

/** All objects of the extension in the cluster, with their resourceVersions. */
async function installed(): Promise<Map<string, string>> {
  const known = kinds.filter(({ group }) => group !== 'monitoring.coreos.com')
  const names = known.map(({ plural, group }) => (group === '' ? plural : `${plural}.${group}`)).join(',')
  const args = ['get', names, '--all-namespaces', '--selector', 'linkerd.io/extension=failover', '-o', 'json']
  const { stdout } = await controlPlane.kubectl(args)
  return new Map(
    found
      .parse(JSON.parse(stdout))
      .items.map(({ kind, metadata }) => [
        `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
        metadata.resourceVersion,
      ]),
  )
}

const own = (...kinds: string[]) => kinds.map((kind) => `${kind} linkerd-failover/linkerd-failover`)
const ofCluster = (...kinds: string[]) => kinds.map((kind) => `${kind} /linkerd-failover`)
const always = [
  ...ofCluster('Namespace', 'ClusterRole', 'ClusterRoleBinding'),
  ...own('ServiceAccount', 'Role', 'RoleBinding', 'NetworkPolicy', 'Deployment'),
]

it('is not printed where it could not work: no kind of route is served', async () => {
  const { code, stdout, stderr } = await cli('install')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('the cluster serves a kind of route: no CRD of a route is installed')
  await controlPlane.installCrd()
})

/** Without it, a warning says that no image can be pulled. */
const registry = ['--set', 'image.registry=registry.test']

it('installs, and a second time changes nothing', async () => {
  const flags = ['--ha', '--set', 'admissionPolicy.enabled=true', ...registry]
  const manifests = await printed('install', ...flags)
  await kubectl('apply', manifests)
  const first = await installed()
  const more = [
    ...own('PodDisruptionBudget'),
    ...ofCluster('ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'),
  ]
  expect([...first.keys()].sort()).toEqual([...always, ...more].sort())

  const again = (await kubectl('apply', manifests)).split('\n').filter((line) => !line.endsWith(' unchanged'))
  // kubectl replaces the selector of a budget, equal or not, and calls that configured.
  expect(again).toEqual(['poddisruptionbudget.policy/linkerd-failover configured', ''])
  expect(await installed(), 'no resourceVersion has changed').toEqual(first)
  await kubectl('apply', await printed('upgrade'))
  expect(await installed(), 'upgrade knows the values of then').toEqual(first)
})

it('refuses a second installation', async () => {
  const { code, stdout, stderr } = await cli('install', '--namespace', 'elsewhere')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(
    'is already installed in namespace linkerd-failover; use: linkerd-failover upgrade',
  )
})

it('prunes nothing while all belongs there', async () => {
  expect(await printed('prune')).toBe('')
})

it('prunes what other values do not bring any more, and nothing else', async () => {
  await kubectl('apply', await printed('upgrade', '--reset-values', ...registry))
  const left = await printed('prune')
  expect(await kubectl('delete', left)).toMatch(/poddisruptionbudget.*deleted/)
  expect([...(await installed()).keys()].sort()).toEqual([...always].sort())
  expect(await printed('prune')).toBe('')
})

it('prunes what an older version has left', async () => {
  const old = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'older',
      namespace: 'linkerd-failover',
      labels: { 'linkerd.io/extension': 'failover' },
    },
    spec: { ports: [{ port: 80 }] },
  }
  await kubectl('apply', JSON.stringify(old))
  expect(await kubectl('delete', await printed('prune', '-o', 'json'))).toBe(
    'service "older" deleted from linkerd-failover namespace\n',
  )
})

it('uninstalls, and leaves nothing', async () => {
  await kubectl('delete', await printed('uninstall'))
  expect([...(await installed()).keys()]).toEqual([])
  const { code, stderr } = await cli('uninstall')
  expect(code).toBe(1)
  expect(stderr).toContain('no object of the extension')
})
