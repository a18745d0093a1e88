import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { kubectl, stayingKubectl } from '../control-plane/kubectl.ts'
import { eventually } from './eventually.ts'
import { split } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

/** The real kubectl against the embedded API server, with the operator at work. */
let sandbox: Sandbox
let folder: string
let kubeconfig: string
let operator: Operator

/** Runs kubectl, which must succeed; returns what it printed. */
async function run(args: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(kubeconfig, args.split(' '), input)
  expect(code, `kubectl ${args}\n${stdout}${stderr}`).toBe(0)
  return stdout
}

const app = (name: string, replicas: number) => {
  const labels = { app: name }
  const containers = [{ name: 'app', image: 'example.test/app:1', ports: [{ containerPort: 8080 }] }]
  const template = { metadata: { labels }, spec: { containers } }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: { replicas, selector: { matchLabels: labels }, template },
    },
  ]
}
const yaml = (objects: readonly unknown[]): string => objects.map((object) => stringify(object)).join('---\n')

async function weightsBecome(name: string, weights: string): Promise<void> {
  await eventually(async () => {
    expect(await run(`get trafficsplit ${name} -o jsonpath={.spec.backends[*].weight}`)).toBe(weights)
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubectl-'))
  kubeconfig = join(folder, 'kubeconfig')
  sandbox = await startSandbox()
  writeFileSync(kubeconfig, sandbox.kubeconfig)
  operator = startOperator(kubeconfig)
  await operator.ready()
})

afterAll(async () => {
  await operator?.kill()
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('applies, watches, scales and describes a failover', async () => {
  const world = [...app('sample', 2), ...app('sample-b', 1), split('sample', { sample: 1, 'sample-b': 0 })]
  const applied = await run('apply -f -', yaml(world))
  expect(applied).toContain('deployment.apps/sample created')
  expect(applied).toContain('trafficsplit.split.smi-spec.io/sample created')
  await run('rollout status deployment/sample --timeout=20s')
  await weightsBecome('sample', '1 0')

  const weights = 'jsonpath={.spec.backends[*].weight}{"\\n"}'
  const table = stayingKubectl(kubeconfig, ['get', 'trafficsplits', '-w'])
  const values = stayingKubectl(kubeconfig, ['get', 'trafficsplits', 'sample', '-w', '-o', weights])
  try {
    await table.seen(/NAME.*\nsample .*sample=1,sample-b=0/)
    await values.seen(/^1 0$/m)
    expect(await run('scale deployment sample --replicas=0')).toContain('scaled')
    await values.seen(/^0 1$/m)
    await table.seen(/\nsample .*sample=0,sample-b=1/)
    expect(await run('get deployment sample')).toMatch(/sample +0\/0/)
    await eventually(async () => {
      expect(await run('describe trafficsplit sample')).toMatch(
        /Normal +Failover .*failing over to fallbacks/,
      )
    })
    await run('scale deployment sample --replicas=2')
    await values.seen(/^0 1\n1 0$/m)
  } finally {
    await table.stop()
    await values.stop()
  }
  expect(await run('get endpointslices -l kubernetes.io/service-name=sample')).toContain('sample')
  expect(await run('get pods -o wide')).toMatch(/sample-\S+ +1\/1 +Running/)
})

it('creates and patches: a paused split stays, and goes on by a merge patch', async () => {
  await run('create -f -', yaml([...app('held', 0), ...app('held-b', 1)]))
  const paused = { annotations: { 'failover.linkerd.io/paused': 'true' } }
  expect(await run('create -f -', yaml([split('held', { held: 1, 'held-b': 0 }, paused)]))).toContain(
    'created',
  )
  const again = await kubectl(kubeconfig, ['create', '-f', '-'], yaml([split('held', { held: 1 })]))
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('AlreadyExists')

  await run('create -f -', yaml([split('marker', { held: 1, 'held-b': 0 })]))
  await weightsBecome('marker', '0 1')
  await weightsBecome('held', '1 0')
  const resume = '{"metadata":{"annotations":{"failover.linkerd.io/paused":null}}}'
  expect(await run(`patch trafficsplit held --type=merge -p ${resume}`)).toContain('patched')
  await weightsBecome('held', '0 1')
  const replace = '[{"op":"replace","path":"/spec/backends/1/weight","value":7}]'
  await run(`patch trafficsplit held --type=json -p ${replace}`)
  await weightsBecome('held', '0 7')
  expect(await run('get ts held -o yaml')).toContain('service: held-b')
})

it('rehearses an installation: what install prints is applied, and what uninstall prints is deleted', async () => {
  const cli = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')
  const printed = async (...args: string[]) => {
    const ran = await promisify(execFile)(process.execPath, [cli, ...args, '--kubeconfig', kubeconfig])
    return ran.stdout
  }
  const monitors = 'podMonitor.enabled=true,serviceMonitor.enabled=true,prometheusRule.enabled=true'
  const values = ['--ha', '--set', `image.registry=registry.test,admissionPolicy.enabled=true,${monitors}`]
  const installed = await printed('install', ...values)
  const objects = installed.match(/^---$/gm)?.length ?? 0
  expect((await run('apply -f -', installed)).match(/ created$/gm)).toHaveLength(objects)
  // kubectl sends the selector of a PodDisruptionBudget each time, and calls that configured.
  const again = (await run('apply -f -', installed)).replace(/^poddisruptionbudget.* configured\n/m, '')
  expect(again.match(/ unchanged$/gm)).toHaveLength(objects - 1)
  expect(await run('get clusterroles,validatingadmissionpolicies -o name')).toContain('linkerd-failover')
  expect(await run('get netpol,pdb,prometheusrules -n linkerd-failover -o name')).toMatch(/(.+\n){3}/)
  expect(await run('apply -f -', await printed('upgrade', '--set', 'replicas=3'))).toContain('configured')
  // Routes of the test before are failed over.
  expect(await run('delete -f -', await printed('uninstall', '--force'))).toContain(
    'namespace "linkerd-failover" deleted',
  )
})

it('deletes, and the operator minds nothing of it', async () => {
  expect(await run('delete trafficsplit held marker')).toContain('deleted')
  const gone = await kubectl(kubeconfig, ['get', 'trafficsplit', 'held'])
  expect(gone.code).toBe(1)
  expect(gone.stderr).toContain('NotFound')
  await run('delete service held-b')
  await run('delete deployment held-b held')
  await operator.ready()
  await operator.stop()
})
