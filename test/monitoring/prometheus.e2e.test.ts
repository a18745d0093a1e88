import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { ruleGroups } from '../../src/install/objects/alert-rules.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'

/** A real Prometheus (Debian's package) that scrapes a real operator and knows the rules. */
let folder: string
let sandbox: Sandbox
let operator: Operator | undefined
let prometheus: ChildProcess | undefined
let url: string
let admin: string

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
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
  writeFileSync(join(folder, 'rules.yaml'), stringify({ groups: ruleGroups('https://runbooks.example') }))
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'linkerd-failover', static_configs: [{ targets: [admin] }] }],
  }
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(configuration))
  const address = `127.0.0.1:${await freePort()}`
  url = `http://${address}`
  const flags = [
    '--config.file=prometheus.yaml',
    '--storage.tsdb.path=data',
    `--web.listen-address=${address}`,
  ]
  prometheus = spawn('prometheus', flags, { cwd: folder, stdio: 'ignore' })
  await once(prometheus, 'spawn')
})

afterAll(async () => {
  if (prometheus?.exitCode === null) {
    prometheus.kill('SIGKILL')
    await once(prometheus, 'exit')
  }
  await operator?.kill()
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function ask<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const answer = await request(`${url}${path}`)
  return z.object({ data: schema }).parse(await answer.body.json()).data
}

test('Prometheus scrapes the operator, and has every series that it offers', async () => {
  const targets = z.object({
    activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })),
  })
  await eventually(async () => {
    const { activeTargets } = await ask('/api/v1/targets', targets)
    expect(activeTargets).toEqual([{ health: 'up', lastError: '' }])
  })
  const text = await (await request(`http://${admin}/metrics`)).body.text()
  const offered = [...text.matchAll(/^linkerd_failover_\w+/gm)].map(([name]) => name)
  expect(offered).toContain('linkerd_failover_routes')
  await eventually(async () => {
    const names = await ask('/api/v1/label/__name__/values', z.array(z.string()))
    expect(names).toEqual(expect.arrayContaining(offered))
  })
})

test('a route with nothing behind it makes its alert pending, by the rules of the chart', async () => {
  const found = z.object({
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })),
  })
  await eventually(async () => {
    const { alerts } = await ask('/api/v1/alerts', found)
    expect(alerts.map(({ labels }) => labels)).toContainEqual({
      alertname: 'LinkerdFailoverRouteDark',
      kind: 'TrafficSplit',
      severity: 'critical',
    })
  })
})
