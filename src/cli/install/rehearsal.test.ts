import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { systemClock } from '../../base/clock.ts'
import { kinds } from '../../install/kinds.ts'
import { createTransport, type Transport } from '../../kube/http/transport.ts'
import { resourcePath } from '../../kube/resource.ts'
import { Shop } from '../testing/shop.ts'

let shop: Shop
let transport: Transport
beforeEach(async () => {
  shop = await Shop.open({ controllers: true })
  const server = shop.sandbox.url
  transport = createTransport({ server, credentials: () => ({ headers: {} }), source: 'test' }, systemClock)
})
afterEach(async () => {
  await transport.close()
  await shop.close()
})

/** Everything that can be installed. */
const flags = [
  '--ha',
  '--set',
  'image.registry=registry.test,podMonitor.enabled=true,serviceMonitor.enabled=true,prometheusRule.enabled=true',
  '--set',
  'admissionPolicy.enabled=true,policies.enabled=true,grafanaDashboard.enabled=true,smi.serviceProfiles=true',
]
const crd = { kind: 'CustomResourceDefinition', group: 'apiextensions.k8s.io', version: 'v1' }
const all = [...kinds, { ...crd, plural: 'customresourcedefinitions', namespaced: false }]
const metadata = z.looseObject({ name: z.string(), namespace: z.string().optional() })
const manifest = z.looseObject({ kind: z.string(), metadata })

const pathOf = ({ kind, metadata }: z.infer<typeof manifest>, name?: string) => {
  const resource = all.find((known) => known.kind === kind) ?? expect.fail(`no kind ${kind}`)
  return resourcePath(resource, resource.namespaced ? metadata.namespace : undefined, name)
}

test('all that install prints is accepted by the sandbox, and is there', async () => {
  const { stdout, stderr, exitCode } = await shop.run(['install', ...flags])
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  const objects = parseAllDocuments(stdout).map((document) => manifest.parse(document.toJS()))
  for (const body of objects) {
    const created = await transport.request({ method: 'POST', path: pathOf(body), body })
    expect(created, body.kind).toMatchObject({ ok: true })
    const read = await transport.request({ method: 'GET', path: pathOf(body, body.metadata.name) })
    expect(read, body.kind).toMatchObject({ ok: true, value: { kind: body.kind, metadata: body.metadata } })
  }
  const installed = objects.map(({ kind }) => kind)
  const missing = kinds.map(({ kind }) => kind).filter((kind) => !installed.includes(kind))
  // Only Helm runs the hook.
  expect(missing.filter((kind) => kind !== 'Job')).toEqual([])
  expect((await shop.run('check --wait=0')).stdout).toContain('√ the operator is installed once')
  expect((await shop.run('uninstall')).stdout).toContain('kind: ValidatingAdmissionPolicy\n')
})

test('without a registry of your own, one line on standard error says what to pass', async () => {
  const warning =
    'warning: no image linkerd-failover can be pulled from registry.example.com, which stands for your registry; pass it with --set image.registry=REGISTRY\n'
  const plain = await shop.run('install')
  expect(plain).toMatchObject({ exitCode: 0, stderr: warning })
  expect((await shop.run('install --ignore-cluster --ha')).stderr).toBe(warning)
  expect((await shop.run('install --set image.registry=registry.test')).stderr).toBe('')
  for (const document of parseAllDocuments(plain.stdout)) {
    const body = manifest.parse(document.toJS())
    await transport.request({ method: 'POST', path: pathOf(body), body })
  }
  expect((await shop.run('upgrade')).stderr).toBe(warning)
  expect((await shop.run('upgrade --set image.registry=registry.test')).stderr).toBe('')
})

test('the Job of a hook is done at once, so that Helm does not wait for its Pod', async () => {
  shop.put({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: 'shop', name: 'hook' },
    spec: { template: { spec: { containers: [], restartPolicy: 'Never' } } },
  })
  await vi.waitFor(() =>
    expect(shop.get('jobs', 'hook')?.status).toMatchObject({
      succeeded: 1,
      conditions: [{ type: 'Complete', status: 'True' }],
    }),
  )
})
