import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { freePort } from '../control-plane/process.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'

let folder: string
let sandbox: Sandbox
let operator: Operator | undefined
let prometheus: Prometheus | undefined
let admin: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scraped-'))
  sandbox = await startSandbox({ controllers: false })
  sandbox.store.create({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', labels: { 'failover.linkerd.io/controlled-by': 'x' } },
    spec: { service: 'web', backends: [{ service: 'web', weight: 1 }] },
  })
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, sandbox.kubeconfig)
  admin = `127.0.0.1:${await freePort()}`
  operator = startOperator(kubeconfig, ['--admin-addr', admin])
  await operator.ready()
  prometheus = await startPrometheus({ targets: [admin] })
})

afterAll(async () => {
  await prometheus?.stop()
  await operator?.kill()
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a real Prometheus scrapes the operator, and has every series that it offers', async () => {
  const targets = z.object({
    activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })),
  })
  await eventually(async () => {
    const told = await prometheus?.ask('/api/v1/targets', targets)
    expect(told?.activeTargets).toEqual([{ health: 'up', lastError: '' }])
  })
  const text = await (await request(`http://${admin}/metrics`)).body.text()
  const offered = [...text.matchAll(/^linkerd_failover_\w+/gm)].map(([name]) => name)
  expect(offered).toContain('linkerd_failover_routes')
  await eventually(async () => {
    const names = await prometheus?.ask('/api/v1/label/__name__/values', z.array(z.string()))
    expect(names).toEqual(expect.arrayContaining(offered))
  })
})
